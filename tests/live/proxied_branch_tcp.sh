#!/bin/bash
# SIPp's branch scenarios through the live proxy over TCP.
exec "${0%/*}/proxied_branch.sh" tcp
