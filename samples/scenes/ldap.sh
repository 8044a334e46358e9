# A directory asked: with a password, and after STARTTLS.
# shellcheck shell=sh disable=SC2154

needs slapd ldapadd ldapsearch openssl
make_small_certificate ldap
mkdir "$work/data"
cat >"$work/slapd.conf" <<END
include /etc/ldap/schema/core.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile $work/slapd.pid
TLSCertificateFile $work/ldap.crt
TLSCertificateKeyFile $work/ldap.key
database mdb
directory $work/data
suffix dc=office,dc=test
rootdn cn=ann,dc=office,dc=test
rootpw S3cret-ldap
END
start "$server" slapd -d 0 -f "$work/slapd.conf" \
    -h 'ldap://:389/ ldap://:8389/'
wait_for_port 389
cat >"$work/office.ldif" <<END
dn: dc=office,dc=test
objectClass: dcObject
objectClass: organization
o: Office
dc: office
END
export LDAPTLS_REQCERT=never LDAPCONF=/dev/null

# ask PROGRAM PORT OPTION...
ask() {
	program=$1
	port=$2
	shift 2
	quietly "$program" -x -H "ldap://10.77.1.2:$port" \
	    -D cn=ann,dc=office,dc=test -w S3cret-ldap "$@"
}

capture ldap.pcap tcp
ask ldapadd 389 -f "$work/office.ldif"
ask ldapsearch 389 -b dc=office,dc=test '(o=Office)'
ask ldapsearch 389 -ZZ -b dc=office,dc=test
ask ldapsearch 8389 -b dc=office,dc=test
stop_capture ldap.pcap
