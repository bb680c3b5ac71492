"""What the journal tells an owner: live metrics, traces, the weekly figures. It decides nothing."""
