#!/usr/bin/env bash
# The main job on a simulated world: feeds, ledger, night, rings, one explained account.
set -euo pipefail
export LINKGRAPH_HOME="${LINKGRAPH_HOME:-.linkgraph/demo}"
world=$(mktemp -d)
trap 'rm -rf "$world"' EXIT
rm -rf "$LINKGRAPH_HOME"
linkgraph simulate "$world" --accounts 5000 --seed 2 > /dev/null
linkgraph ingest "$world/feeds"
linkgraph nightly
linkgraph rings --limit 5
linkgraph explain "$(linkgraph flagged --limit 1 | cut -d" " -f1)"
echo
echo "Open the API with:  export LINKGRAPH_HOME=$LINKGRAPH_HOME; .venv/bin/linkgraph serve"
echo "then, with a key:   .venv/bin/linkgraph key create --role investigator --name me"
echo "                    curl -H 'Authorization: Bearer KEY' http://127.0.0.1:8000/v1/rings"
echo "All of it is described at http://127.0.0.1:8000/openapi.json"
