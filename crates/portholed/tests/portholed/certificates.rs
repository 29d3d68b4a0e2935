//! Certificates and keys as OpenSSL and authorities make them: each works, or its fault is named with what mends it.

use std::{
    fs::Permissions,
    os::unix::fs::PermissionsExt,
    process::{Command, Output},
};

use crate::program::{Home, Portholed};

/// Runs a script with `sh` in the home; OpenSSL says much on standard error.
fn sh(home: &Home, script: &str) {
    let output = Command::new("sh")
        .args(["-ec", script])
        .current_dir(home.path(""))
        .output();
    let output = output.unwrap();
    assert!(output.status.success(), "{script}: {output:?}");
}

const SUBJECT: &str = "-days 30 -subj /CN=desk.example.org -addext subjectAltName=DNS:desk.example.org";

/// Makes `key.pem` by a script, and `cert.pem` for it.
fn made(key: &str) -> Home {
    let home = Home::new();
    sh(
        &home,
        &format!("{key}; openssl req -x509 -key key.pem {SUBJECT} -out cert.pem"),
    );
    home
}

/// In websockify's place, in that of a config, and under the doctor's eyes.
fn refusals(home: &Home) -> [String; 3] {
    let text = |output: Output| String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    let stand_in = home.run(&[
        "--cert=cert.pem",
        "--key=key.pem",
        "127.0.0.1:0",
        "127.0.0.1:5901",
    ]);
    assert_eq!(stand_in.status.code(), Some(1), "{stand_in:?}");
    for file in ["cert.pem", "key.pem"] {
        std::fs::set_permissions(home.path(file), Permissions::from_mode(0o600)).unwrap();
    }
    home.write("c.toml", "port = 0\ncert = \"cert.pem\"\nkey = \"key.pem\"\n");
    let config = home.run(&["--config=c.toml"]);
    assert_eq!(config.status.code(), Some(1), "{config:?}");
    let doctor = home.run(&["doctor", "--config=c.toml"]);
    let texts = [text(stand_in), text(config), text(doctor)];
    assert!(texts[1].contains("c.toml:2: "), "{}", texts[1]);
    texts
}

#[test]
fn what_cannot_be_used_is_named_with_the_command_that_mends_it() {
    let ec = |curve: &str| format!("openssl ecparam -name {curve} -genkey -noout -out key.pem");
    let rsa = |bits: u32| format!("openssl genrsa -out key.pem {bits}");
    let new_pair = "openssl req -x509 -newkey ec";
    for (key, then, part, command) in [
        (ec("secp521r1"), "", "curve is P-521", new_pair),
        (
            format!(
                "{}; openssl pkcs8 -topk8 -nocrypt -in key.pem -out k; mv k key.pem",
                ec("secp521r1")
            ),
            "",
            "curve is P-521",
            new_pair,
        ),
        (ec("secp256k1"), "", "neither P-256 nor P-384", new_pair),
        (rsa(4608), "", "RSA key of more than 4096 bits", new_pair),
        (rsa(1024), "", "RSA key of fewer than 2048 bits", new_pair),
        (
            "openssl genpkey -algorithm ed448 -out key.pem".into(),
            "",
            "not RSA, EC or Ed25519",
            new_pair,
        ),
        (
            rsa(2048),
            "openssl pkey -in key.pem -aes256 -passout pass:x -out k; mv k key.pem",
            "has a password",
            "openssl pkey -in KEY -out NEW",
        ),
        (
            ec("prime256v1"),
            "openssl ec -in key.pem -aes128 -passout pass:x -out k; mv k key.pem",
            "has a password",
            "openssl pkey -in KEY -out NEW",
        ),
        (
            ec("prime256v1"),
            "openssl req -new -key key.pem -subj /CN=desk -out r; openssl x509 -req -in r -signkey key.pem -out cert.pem; \
             openssl x509 -in cert.pem -noout -text | grep -q 'Version: 1'",
            "X.509 version 1",
            "openssl req -x509 -key KEY",
        ),
        (
            ec("prime256v1"),
            "openssl x509 -in cert.pem -outform DER -out c; mv c cert.pem",
            "not in PEM",
            "openssl x509 -in FILE",
        ),
        (
            ec("prime256v1"),
            "head -3 cert.pem > c; mv c cert.pem",
            "cut off",
            "",
        ),
        (
            ec("prime256v1"),
            "openssl ecparam -name prime256v1 -genkey -noout -out key.pem",
            "does not match any certificate",
            "openssl x509 -in CERTIFICATE -noout -pubkey",
        ),
    ] {
        let home = made(&key);
        sh(&home, then);
        for text in refusals(&home) {
            assert!(
                text.contains(part) && text.contains(command),
                "{key} {then}: {text}"
            );
            for debug in ["Other(", "Error(", "Error {", "[45, 45", "InvalidCertificate"] {
                assert!(!text.contains(debug), "{key} {then}: {text}");
            }
        }
    }
}

/// What the messages tell people to do works.
#[test]
fn the_commands_mend_it() {
    let home = made("openssl genrsa -out key.pem 2048");
    sh(
        &home,
        "openssl req -new -key key.pem -subj /CN=desk -out r; openssl x509 -req -in r -signkey key.pem -out cert.pem; \
         openssl pkey -in key.pem -aes256 -passout pass:x -out locked.pem",
    );
    sh(
        &home,
        "openssl pkey -in locked.pem -passin pass:x -out key.pem; openssl req -x509 -key key.pem -days 397 -subj /CN=HOST \
         -addext subjectAltName=DNS:HOST -out cert.pem",
    );
    serves(&home);
    sh(
        &home,
        &porthole_gateway::NEW_PAIR
            .replace("KEY", "key.pem")
            .replace("CERTIFICATE", "cert.pem"),
    );
    serves(&home);
}

fn serves(home: &Home) -> Portholed {
    Portholed::start(
        home,
        &[
            "--cert=cert.pem",
            "--key=key.pem",
            "--ssl-only",
            "127.0.0.1:0",
            "127.0.0.1:5901",
        ],
    )
}

/// The certificates that a server sends, by the names of their subjects.
fn sent(portholed: &Portholed) -> Vec<String> {
    let script = format!(
        "openssl s_client -connect {} -showcerts </dev/null 2>/dev/null | sed -n 's/^ *[0-9] s: *CN *= *//p'",
        portholed.address
    );
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect()
}

#[test]
fn what_can_be_used_is_used_however_it_is_written() {
    for key in [
        // With `EC PARAMETERS` before it.
        "openssl ecparam -name prime256v1 -genkey -out key.pem; grep -q 'EC PARAMETERS' key.pem",
        "openssl ecparam -name secp384r1 -genkey -out key.pem",
        "openssl genrsa -traditional -out key.pem 2048; grep -q 'BEGIN RSA PRIVATE' key.pem",
        "openssl genrsa -out key.pem 4096",
    ] {
        assert_eq!(sent(&serves(&made(key))), ["desk.example.org"], "{key}");
    }
}

/// Authorities send certificates in several files, and people put them together as they come.
#[test]
fn a_chain_is_sent_in_its_order_whatever_order_the_file_has() {
    let home = Home::new();
    sh(
        &home,
        "openssl req -x509 -newkey rsa:2048 -nodes -keyout root.key -days 30 -subj /CN=root -out root.pem
         for name in middle leaf; do openssl req -newkey rsa:2048 -nodes -keyout $name.key -subj /CN=$name -out $name.csr; done
         printf 'basicConstraints=CA:true\n' > ca.ext; printf 'subjectAltName=DNS:leaf\n' > leaf.ext
         openssl x509 -req -in middle.csr -CA root.pem -CAkey root.key -CAcreateserial -days 30 -extfile ca.ext -out middle.pem
         openssl x509 -req -in leaf.csr -CA middle.pem -CAkey middle.key -CAcreateserial -days 30 -extfile leaf.ext -out leaf.pem
         cp leaf.key key.pem",
    );
    for order in [
        "leaf.pem middle.pem root.pem",
        "root.pem middle.pem leaf.pem",
        "middle.pem root.pem leaf.pem",
        "leaf.pem root.pem middle.pem",
    ] {
        sh(&home, &format!("cat {order} > cert.pem"));
        assert_eq!(sent(&serves(&home)), ["leaf", "middle", "root"], "{order}");
    }
}
