"""The only reader of the environment: one frozen `Settings`, from environment variables over an optional TOML file.

Variables are `LINKGRAPH_<FIELD>`, except the three customary ones of Neo4j. `LINKGRAPH_CONFIG` names a TOML file with
the same field names; its table `[parameters]` overrides constants of detection.
"""

import os
from pathlib import Path
from typing import Any, Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from linkgraph.errors import UsageError
from linkgraph.parameters import Parameters


class Settings(BaseSettings):
    """Everything an operator can set. Paths may be relative to the working directory."""

    model_config = SettingsConfigDict(
        env_prefix="LINKGRAPH_", frozen=True, extra="ignore", hide_input_in_errors=True, populate_by_name=True
    )

    home: Path = Field(Path(".linkgraph"), description="folder of the ledger, the runs and the development keys")
    store: Literal["embedded", "neo4j"] = Field("embedded", description="where readers look and a night is published")
    neo4j_uri: str = Field(
        "bolt://127.0.0.1:7687",
        validation_alias=AliasChoices("NEO4J_URI", "neo4j_uri"),
        description="address of the Neo4j server",
    )
    neo4j_user: str = Field(
        "neo4j", validation_alias=AliasChoices("NEO4J_USER", "neo4j_user"), description="user of the Neo4j server"
    )
    neo4j_password: SecretStr = Field(
        SecretStr(""),
        validation_alias=AliasChoices("NEO4J_PASSWORD", "neo4j_password"),
        description="password of the Neo4j server",
    )
    neo4j_lib: Path | None = Field(
        None,
        validation_alias=AliasChoices("NEO4J_LIB", "neo4j_lib"),
        description="folder of a Neo4j server's jars, as `lib` of an installed one; for what works on a server's files",
    )
    neo4j_explore_uri: str = Field(
        "bolt://127.0.0.1:7688",
        validation_alias=AliasChoices("NEO4J_EXPLORE_URI", "neo4j_explore_uri"),
        description="address of the read-only exploration server",
    )
    browser_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s?#]+/$",
        description="address of the Neo4j Browser, as `http://localhost:7474/browser/`; answers then link to guides",
    )
    kit_port: int = Field(7480, ge=1, le=65535, description="port of loopback that `linkgraph neo4j kit --serve` takes")
    keys_file: Path | None = Field(
        None, description="TOML file with one HMAC key per kind; default: `keys.toml` in home, made on first use"
    )
    database_url: SecretStr | None = Field(
        None, description="casework database, SQLite or PostgreSQL; default: the file `casework.sqlite` in home"
    )
    audit_key_file: Path | None = Field(
        None, description="file with the key of the audit chain; default: `audit.key` in home, made on first use"
    )
    audit_anchor_file: Path | None = Field(
        None,
        description="where heads of the audit chain are kept, best on another system; default: `audit.anchors` in home",
    )
    vault_key_file: Path | None = Field(
        None, description="file with the key of the vault, 64 hexadecimal digits; without one there is no vault"
    )
    vault_old_key_file: Path | None = Field(
        None, description="file with the key that the vault had before; only while `linkgraph vault rotate` is to run"
    )
    reject_share: float = Field(0.01, ge=0, le=1, description="share of rejected rows above which a file is refused")
    memory_limit: str = Field("2GB", description="memory DuckDB may use before it spills to disk")
    threads: int = Field(2, ge=1, description="threads DuckDB may use")
    requests_per_minute: int = Field(
        3_000, ge=0, description="what one key may ask of one server in a minute, by cost; 0: as much as it likes"
    )
    stale_hours: float = Field(36.0, gt=0, description="age of a run, in hours, from which answers say `stale`")
    self_test_accounts: int = Field(
        3_000, ge=0, description="accounts of the planted world that every night is tested on; 0: no self-test"
    )
    verdict_second_from: int = Field(
        5,
        ge=1,
        description="accounts released or condemned from which a verdict needs a second person; a hub always does",
    )
    parameters: Parameters = Field(Parameters(), description="constants of detection (TOML table `[parameters]`)")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments win over the environment, the environment over the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, os.environ.get("LINKGRAPH_CONFIG"))

    @property
    def ledger_folder(self) -> Path:
        """Folder of the ledger's tables."""
        return self.home / "ledger"

    @property
    def casework_url(self) -> str:
        """URL of the casework database; it may hold a password."""
        return self.database_url.get_secret_value() if self.database_url else f"sqlite:///{self.home}/casework.sqlite"


def read_settings(**overrides: Any) -> Settings:
    """Settings of this process; UsageError names the variables that are wrong, never their values."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise UsageError(f"settings: {wrong}") from None
    except ValueError as error:
        raise UsageError(f"settings: the configuration file cannot be read: {error}") from None
