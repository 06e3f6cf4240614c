#!/bin/bash
# SIPp's branch scenarios, client to server, through the live proxy, which finds the server by SRV records of a real name server. The
# client registers, which is forwarded, and calls; most calls are refused, and those of callers whose name has a 2 are answered. It
# never acknowledges a refusal, so that is sent again and again (RFC3261:17.2.1), which nobody counts against anybody here.
. "${0%/*}/sipp_lib.sh"
need_command dnsmasq dnsmasq-base

dns=$(free_port)
# named PORT: ca.cym.com, which the scenario calls, is at that port
named() {
    cat >names.conf <<CONF
no-resolv
no-hosts
keep-in-foreground
bind-interfaces
user=
pid-file=
listen-address=127.0.0.1
port=$dns
local=/com/
local=/cym/
address=/server.cym.com/127.0.0.1
srv-host=_sip._udp.ca.cym.com,server.cym.com,$1,10,10
srv-host=_sip._tcp.ca.cym.com,server.cym.com,$1,10,10
CONF
    dnsmasq -C names.conf --log-queries --log-facility=- >names.log 2>&1 &
    names=$!
    pids+=("$names")
    await 10 listens udp "$dns" || die "no name server"
}

# through TRANSPORT
through() {
    local transport=$1
    sipp_answers "branchs_$transport" "$transport" branchs
    named "$uas_port"
    proxy_for "$transport" --dns "127.0.0.1:$dns"
    local proxy=$pid
    MAY_REPEAT=1 sipp_calls "branchc_$transport" "$transport" branchc "127.0.0.1:$port"
    says names.log "_sip._$transport.CA.cym.com" || fault "$transport: nobody asks for SRV records"
    stop "$proxy"
    [ "$status" = 0 ] || fault "$transport: the proxy ended with $status: $(tail -n 3 "proxy_$transport.log")"
    end_sipp "$uas"
    end_sipp "$names"
}
through "${1:-udp}"
finish
