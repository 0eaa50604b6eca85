#!/bin/sh
# Makes deploy/secrets: random passwords and keys, and a TLS certificate for localhost to begin
# with. What is there already is kept. The directory is its owner's alone; the files in it can be
# read, because the users inside the containers have other numbers than the owner.
set -eu
directory="${1:-$(dirname "$0")/secrets}"
mkdir -p "$directory"
chmod 0700 "$directory"
cd "$directory"

random() { openssl rand -hex 32; }
keep() { [ -s "$1" ] || { printf '%s' "$2" > "$1"; chmod 0444 "$1"; }; }

keep postgres_password "$(random)"
keep loanwright_identity_key "$(random)"
keep loanwright_master_key "$(random)"
keep loanwright_database_url \
    "postgresql+psycopg://loanwright:$(cat postgres_password)@postgres:5432/loanwright"
if [ ! -s rabbitmq.conf ]; then
    broker_password="$(random)"
    keep loanwright_broker_url "amqp://loanwright:$broker_password@rabbitmq:5672/"
    keep rabbitmq.conf "default_user = loanwright
default_pass = $broker_password
"
fi
# Prometheus's key: put the token here that `loanwright key create` prints.
keep metrics_token "not-made-yet"
if [ ! -s tls.key ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 \
        -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
        -keyout tls.key -out tls.crt 2>/dev/null
    chmod 0444 tls.key tls.crt
fi
echo "Secrets are in $directory. Keep copies of loanwright_identity_key and loanwright_master_key."
