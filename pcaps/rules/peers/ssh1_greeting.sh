#!/bin/sh
# The greeting of a server that still takes SSH 1 (RFC 4253 §5.1), and no more.
printf 'SSH-1.99-Cisco-1.25\r\n'
head -c 20 >/dev/null
