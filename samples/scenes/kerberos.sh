# A ticket of Kerberos, over UDP and TCP.
# shellcheck shell=sh disable=SC2154

needs krb5kdc kdb5_util kadmin.local kinit
cat >"$work/krb5.conf" <<END
[libdefaults]
default_realm = OFFICE.TEST
dns_lookup_kdc = false
dns_canonicalize_hostname = false
[realms]
OFFICE.TEST = {
	kdc = 10.77.1.2
}
OTHER.TEST = {
	kdc = 10.77.1.2:8088
}
END
sed 's/^\[libdefaults\]/&\nudp_preference_limit = 1/' "$work/krb5.conf" \
    >"$work/tcp.conf"
cat >"$work/kdc.conf" <<END
[kdcdefaults]
kdc_listen = 88, 8088
kdc_tcp_listen = 88, 8088
[realms]
OFFICE.TEST = {
	database_name = $work/office
	key_stash_file = $work/office.stash
}
OTHER.TEST = {
	database_name = $work/other
	key_stash_file = $work/other.stash
}
END
export KRB5_CONFIG="$work/krb5.conf" KRB5_KDC_PROFILE="$work/kdc.conf" \
    KRB5CCNAME="$work/tickets"
for realm in OFFICE.TEST OTHER.TEST; do
	kdb5_util -r "$realm" create -s -P S3cret-master >>"$work/log" 2>&1
	kadmin.local -r "$realm" -q "addprinc -pw S3cret-krb ann@$realm" \
	    >>"$work/log" 2>&1
done
start "$server" krb5kdc -n -r OFFICE.TEST -r OTHER.TEST
wait_for_port 88 udp
capture kerberos.pcap tcp or udp
echo S3cret-krb | quietly kinit ann@OFFICE.TEST
echo S3cret-krb | quietly kinit ann@OTHER.TEST
export KRB5_CONFIG="$work/tcp.conf"
echo S3cret-krb | quietly kinit ann@OFFICE.TEST
stop_capture kerberos.pcap
