# A database asked: a password in clear, over TLS, and on another port.
# shellcheck shell=sh disable=SC2154

needs psql setpriv openssl
make_small_certificate db
for programs in /usr/lib/postgresql/*/bin; do :; done
mkdir "$work/data" "$work/run"
chown postgres "$work/data" "$work/run" "$work/db.key"

as_postgres() {
	setpriv --reuid=postgres --regid=postgres --clear-groups "$@"
}

cd "$work" || exit
as_postgres "$programs/initdb" -D "$work/data" -U postgres \
    >>"$work/log" 2>&1
cat >"$work/data/pg_hba.conf" <<END
local all postgres trust
host all eve all scram-sha-256
host all all all password
END
as_postgres "$programs/postgres" --single -D "$work/data" postgres \
    >>"$work/log" 2>&1 <<END
create user ann password 'S3cret-postgresql'
create user eve password 'S3cret-scram'
create database office
END
ip netns exec "$server" setpriv --reuid=postgres --regid=postgres \
    --clear-groups "$programs/postgres" -D "$work/data" -p 5432 \
    -c "unix_socket_directories=$work/run" -c listen_addresses='*' \
    -c ssl=on -c ssl_cert_file="$work/db.crt" \
    -c ssl_key_file="$work/db.key" >>"$work/log" 2>&1 &
start "$server" socat TCP-LISTEN:8432,fork TCP:10.77.1.2:5432
wait_for_port 5432
wait_for_port 8432

# ask PORT USER PASSWORD MODE
ask() {
	PGPASSWORD=$3 PGSSLMODE=$4 quietly psql -X -h 10.77.1.2 -p "$1" \
	    -U "$2" -c 'select 6 * 7 as answer' office
}

capture postgresql.pcap tcp
ask 5432 ann S3cret-postgresql disable
ask 5432 ann S3cret-postgresql require
ask 8432 eve S3cret-scram disable
stop_capture postgresql.pcap
