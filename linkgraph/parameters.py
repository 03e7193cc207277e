"""Every constant of detection, in one frozen object that is written whole into `run.json` and hashed.

Values without labels behind them are starting values by analogy; output made with them says `cold start`.
"""

import hashlib
import json
from dataclasses import asdict, dataclass

from linkgraph.kinds import KINDS, SIGNS


@dataclass(frozen=True, slots=True)
class Parameters:
    """Constants of one night. Units: accounts, days, bits (log2 odds), links (conductance 1.0), probability."""

    # project: rules for identifiers shared by strangers
    crowd_least: int = 5  # accounts from which an identifier is judged as a crowd
    crowd_most: int = 500  # accounts up to which its members are looked at one by one
    strangers_share: float = 0.8  # share of accounts with a device of their own
    exit_countries: int = 4
    exit_share: float = 0.5  # countries per account
    office_share: float = 0.95  # logins on working days, and within office_hours
    office_hours: int = 11
    office_days: int = 10
    visitors_share: float = 0.7  # accounts seen on one day only
    carrier_least: int = 25  # accounts
    carrier_share: float = 0.8  # most of the logins that lie within office_hours
    payroll_months: int = 3
    declined_share: float = 0.8
    burst_alarm: float = 30.0  # chi-squared
    # weigh and pair
    degree_bins: tuple[int, ...] = (2, 4, 9, 24, 50)  # upper edges, accounts
    gap_bins: tuple[int, ...] = (0, 7, 30)  # upper edges, days
    gap_bits: tuple[float, ...] = (0.0, -1.0, -2.0, -4.0)
    age_bins: tuple[int, ...] = (7, 30, 90)  # upper edges, days
    age_bits: tuple[float, ...] = (0.0, 0.0, -1.0, -2.0)
    gap_half_life: float = 7.0  # days
    prior_bits: float = -6.0
    tau: float = 0.15
    evidence_spread: float = 3.0  # bits: how far learned levels lie from the starting ones
    evidence_rounds: int = 100
    evidence_pairs: int = 10  # ruled pairs of either sort below which nothing is learned
    sync_small_place: int = 50  # accounts; a place of so few cannot tell its own rhythm
    sync_bucket_cap: int = 60  # accounts
    sync_pair_budget: int = 50_000_000  # meetings per window; the cap falls until they fit
    sync_days: int = 365  # window of logins; 366 at most, the bits of the masks of days
    sync_least_days: int = 90  # for which a place is looked at, though it was in use for less
    sync_min_days: int = 2
    sync_max_bits: float = 20.0
    turn_seconds: int = 600
    turn_min_days: int = 3
    money_days: int = 365  # window of transfers and hops
    hop_days: int = 3  # from paid out to paid in
    hop_cap: int = 24  # accounts at the address
    mirror_seconds: int = 60
    mirror_near: float = 0.05  # share by which a quantity may differ and the trade still be undone
    trade_days: int = 180  # window of trades
    sweep_days: int = 30  # from sign-up to the money sent on
    sweep_cap: int = 50  # accounts
    # ring
    ring_min: int = 3
    ring_max: int = 60
    ring_ceiling: int = 1000
    ring_threshold: float = 0.5  # probability from which a group is reported as a ring
    weak_bridge: float = 0.5  # probability below which a pair that alone joins two groups is cut
    bridge_side: int = 3  # accounts on either side of it
    ring_loyalty: float = 0.05  # Jaccard by which a ring of the night before is preferred
    resolutions: tuple[float, ...] = (0.01, 0.02, 0.05, 0.1, 0.3)
    min_separation: float = 0.7
    split_depth: int = 3
    leiden_iterations: int = 2
    consensus_above: int = 12
    consensus_runs: int = 20
    consensus_dropout: float = 0.05
    core_at: float = 0.9
    likely_at: float = 0.6
    # track
    weight_fraud: float = 10.0
    weight_core: float = 3.0
    weight_likely: float = 1.0
    weight_fringe: float = 0.3
    match_jaccard: float = 0.3
    match_overlap: float = 0.6
    dormant_nights: int = 180
    # propagate
    k0: float = 1.0
    rho: float = 0.2
    sigma_fraud: float = 4.0
    sigma_recent_chargeback: float = 2.0
    sigma_suspected: float = 1.0
    sigma_innocent: float = 4.0
    recent_chargeback_days: int = 30
    trust_max: float = 4.0
    strong_kyc_level: int = 2
    solve_tol: float = 1e-6
    push_eps: float = 1e-3
    # behaviour
    takeover_days: int = 14  # within which a takeover is noticed and reported
    takeover_hours: int = 72  # new device, then a changed setting, then a new withdrawal address
    limits: tuple[int, ...] = (1000, 3000, 10000)  # travel rule (FATF, US) and cash reporting, units of the currency
    limit_currencies: tuple[str, ...] = ("EUR", "USD", "USDC", "USDT")
    limit_near: float = 0.9  # share of a limit from which an amount lies just under it
    declined_words: tuple[str, ...] = ("declined", "denied", "failed", "failure", "refused", "rejected")
    fresh_half_life: float = 90.0  # days after which a new card, device or payment counts half
    unusual_rate: float = 0.05  # share of accounts; a signal that more show is not listed unless it counts
    # score
    weight_behaviour: float = 0.0
    odds_ref: float = 0.05
    weight_one_hop: float = 0.5
    weight_transfer: float = 0.5
    weight_propagated: float = 1.0
    weight_ring: float = 0.5
    transfer_half_life: float = 90.0  # days
    cold_flag_risk: float = 0.8
    review_share: float = 0.01  # of the accounts that could be flagged, where that is less than `review_capacity`
    # fit
    fit_cuts: int = 12  # month ends
    fit_negatives: int = 50_000  # accounts drawn from each cut beside those that became fraud
    fit_spread: float = 0.25  # how far learned weights lie from the starting ones, log-odds per unit
    refit_least: int = 10  # rings, and innocent groups, ruled whole, below which the ring model stays
    fit_enough: float = 10.0  # accounts that became fraud; a block that reached fewer cannot be told from chance
    isotonic_min: int = 1000  # rows
    isotonic_positives: int = 50
    # evaluate
    self_test_nights: int = 28
    self_test_fall: float = 0.1  # of recall, below the median of those nights
    self_test_twins: int = 2  # innocent groups reported above that median
    ring_match: float = 0.5  # Jaccard index from which two rings are the same
    review_capacity: int = 200  # accounts a night
    maturity: int = 120  # days until an account may count as innocent
    bootstrap_draws: int = 1000

    def as_record(self) -> dict[str, object]:
        """Every constant and every row of the tables of kinds and signs, as plain JSON values."""
        return {
            "parameters": asdict(self),
            "kinds": [asdict(kind) for kind in KINDS],
            "signs": [asdict(sign) for sign in SIGNS],
        }

    def digest(self) -> str:
        """Sixteen hex digits that change whenever any constant or kind changes."""
        text = json.dumps(self.as_record(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]
