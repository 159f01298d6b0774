#!/bin/sh
# Makes the certificates of this folder anew; needs OpenSSL 3.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

authority() { # NAME
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/$1.key" -out "$1.crt" \
        -days 36500 -subj "/CN=sextant test $1" -addext basicConstraints=critical,CA:TRUE
}

leaf() { # NAME SUBJECT EXTENSIONS START END
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$work/$1.csr" -subj "$2"
    printf '%s\n' "$3" > "$work/ext"
    : > "$work/index"
    openssl ca -batch -config "$work/ca.cnf" -in "$work/$1.csr" -out "$1.crt" -notext \
        -cert ca.crt -keyfile "$work/ca.key" -startdate "$4" -enddate "$5" -extfile "$work/ext"
}

cat > "$work/ca.cnf" <<END
[ca]
default_ca = test
[test]
database = $work/index
new_certs_dir = $work
default_md = sha256
rand_serial = yes
unique_subject = no
policy = any
[any]
commonName = supplied
organizationName = optional
END

authority ca
authority other-ca
local='subjectAltName=DNS:localhost,IP:127.0.0.1'
leaf server /CN=localhost "$local" 20200101000000Z 21200101000000Z
leaf server-other-name /CN=elsewhere 'subjectAltName=DNS:elsewhere.example' 20200101000000Z 21200101000000Z
leaf server-elsewhere /CN=cluster 'subjectAltName=IP:10.1.2.3,IP:fd00::1,DNS:*.clusters.example' 20200101000000Z 21200101000000Z
leaf server-expired /CN=localhost "$local" 20200101000000Z 20210101000000Z
leaf client /CN=alice 'extendedKeyUsage=clientAuth' 20200101000000Z 21200101000000Z
leaf client-renewed /CN=alice 'extendedKeyUsage=clientAuth' 20200101000000Z 21200101000000Z
leaf client-expired /CN=alice 'extendedKeyUsage=clientAuth' 20200101000000Z 20210101000000Z
leaf client-masters '/O=dev/O=system:masters/CN=admin' 'extendedKeyUsage=clientAuth' 20200101000000Z 21200101000000Z
leaf client-soon /CN=alice 'extendedKeyUsage=clientAuth' 20200101000000Z 20261201000000Z
