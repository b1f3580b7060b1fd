#!/bin/sh
# What a managed switch shows on Telnet: asks for user and password, then a prompt.
printf 'User: '
read -r user
printf 'Password: '
stty -echo 2>/dev/null
read -r password
stty echo 2>/dev/null
echo
if [ "$user" != maint ] || [ "$password" != kojo2019 ]; then
  echo 'Login incorrect'
  exit 1
fi
echo 'Welcome to SW01'
while printf 'SW01> ' && read -r line; do
  case $line in
    show\ port*) echo 'port 1-8 up 100FDX' ;;
    exit) exit 0 ;;
  esac
done
