"""What the tests of TCP's promises share: all counters of a side at once,
and the causes that held a side back."""
from run import expect, equal, get

# What a segment can be counted as; the rest of a side are sizes and times.
ALWAYS = (
    "retransmitted_packets", "retransmitted_bytes", "fast_retransmissions",
    "spurious_retransmissions", "out_of_order_packets", "duplicate_acks",
    "keepalives", "missed_bytes", "overlaps_conflicting", "zero_windows",
    "window_full")
# Those that stand where there is something to say of them or their like.
SOMETIMES = (
    "tail_loss_probes", "zero_window_probes", "lost_segments",
    "unseen_acks", "sacks", "dsacks", "window_updates", "ecn_ce", "ecn_ece",
    "ecn_cwr")
CAUSES = ("application", "receiver_window", "network_loss", "network_rtt")


def member(have, name):
    """None when it is absent and that does not mean 0."""
    return have.get(name, 0 if name in SOMETIMES else None)


def check_counters(record, src, dst):
    """Both sides have these counters and no others."""
    for side, given in (("src", src), ("dst", dst)):
        if record[side]["packets"] > 0 or given:
            want = dict.fromkeys(ALWAYS + SOMETIMES, 0)
            unknown = set(given) - set(want)
            expect(not unknown, f"not a counter: {unknown}")
            want.update(given)
            check_members(record, f"tcp.{side}", **want)


def check_members(record, path, **want):
    """The object at the path has these members; None: absent."""
    have = get(record, path, {})
    wrong = [f"{name} {member(have, name)!r} instead of {value!r}"
             for name, value in want.items() if member(have, name) != value]
    expect(not wrong, f"{path}: {', '.join(wrong)}")


def check_limits(record, side, cause, least_s, most_s):
    """What held the side back, and for how long in all of that cause."""
    limits = get(record, f"tcp.limited_by.{side}", {})
    seconds = limits.get("seconds", {})
    equal(limits.get("cause"), cause, f"limited_by.{side}, {seconds}")
    expect(set(seconds) <= set(CAUSES), f"causes {sorted(seconds)}")
    expect(least_s <= seconds.get(cause, 0) <= most_s,
           f"{cause}: want {least_s} to {most_s} s, have {seconds}")
    expect(sum(seconds.values()) <= record["duration"] + 1e-6,
           f"{seconds} in {record['duration']} s")
