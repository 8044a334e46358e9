# A database asked: in clear, over TLS, and on the port of another service.
# shellcheck shell=sh disable=SC2154

needs mariadbd mariadb mariadb-install-db openssl
make_certificate db
chmod -R a+rX "$work"
chmod a+r "$work/db.key"
mkdir "$work/db"
mariadb-install-db --no-defaults --datadir="$work/db" --user=mysql \
    --skip-test-db --skip-name-resolve >>"$work/log" 2>&1
cat >"$work/users.sql" <<'END'
create user 'ann'@'%' identified by 'S3cret-mysql';
create database office;
grant all on office.* to 'ann'@'%';
END

# serve PORT FOLDER
serve() {
	start "$server" mariadbd --no-defaults --datadir="$2" --user=mysql \
	    --port="$1" --socket="$2/socket" --pid-file="$2/pid" \
	    --bind-address='*' --skip-name-resolve \
	    --init-file="$work/users.sql" --ssl-cert="$work/db.crt" \
	    --ssl-key="$work/db.key" --innodb-buffer-pool-size=8M
	wait_for_port "$1"
}

# ask PORT OPTION...
ask() {
	port=$1
	shift
	quietly mariadb --no-defaults -h 10.77.1.2 -P "$port" -u ann \
	    -pS3cret-mysql -e 'select 6 * 7 as answer' "$@" office
}

cp -a "$work/db" "$work/db-80"
serve 3306 "$work/db"
serve 80 "$work/db-80"
capture mysql.pcap tcp
ask 3306 --skip-ssl
ask 3306 --ssl
ask 80 --skip-ssl
quietly mariadb --no-defaults -h 10.77.1.2 -u eve -pS3cret-wrong --skip-ssl
stop_capture mysql.pcap
