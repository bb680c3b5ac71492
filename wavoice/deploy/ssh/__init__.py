"""One Linux machine over OpenSSH: two colours of a systemd unit behind Caddy (docs/deploy-ssh.md)."""
