//! L2: the programs that take a password without naming it, and how each does.

/// How a program takes its password.
#[derive(Debug, Clone, Copy)]
pub(super) enum Takes {
    /// `-p value` or `-pvalue`
    Either(&'static str),
    /// Only `-pvalue`: what follows a lone `-p` is something else.
    Glued(&'static str),
    /// `-u user:value`, also glued; the separator is given.
    Pair(&'static str, u8),
    /// `-passin pass:value`
    Prefixed(&'static str),
    /// The second word behind the command: `rabbitmqctl change_password user value`.
    Behind(&'static str, usize),
    /// The third word behind the program: `htpasswd -b file user value`. Options are not counted.
    Word(&'static str, usize),
}

/// The programs, in lower case.
pub(super) const PROGRAMS: &[(&str, Takes)] = &[
    ("sshpass", Takes::Either("-p")),
    ("mysql", Takes::Glued("-p")),
    ("mysqldump", Takes::Glued("-p")),
    ("mysqladmin", Takes::Glued("-p")),
    ("mariadb", Takes::Glued("-p")),
    ("curl", Takes::Pair("-u", b':')),
    ("curl", Takes::Pair("--user", b':')),
    ("docker login", Takes::Either("-p")),
    ("podman login", Takes::Either("-p")),
    ("helm registry login", Takes::Either("-p")),
    ("az login", Takes::Either("-p")),
    ("redis-cli", Takes::Either("-a")),
    ("ldapsearch", Takes::Either("-w")),
    ("sqlcmd", Takes::Either("-P")),
    ("mongo", Takes::Either("-p")),
    ("mongosh", Takes::Either("-p")),
    ("smbclient", Takes::Pair("-U", b'%')),
    ("openssl", Takes::Prefixed("pass:")),
    ("net user", Takes::Word("", 2)),
    ("htpasswd", Takes::Word("-b", 3)),
    ("rabbitmqctl", Takes::Behind("add_user", 2)),
    ("rabbitmqctl", Takes::Behind("change_password", 2)),
    ("plink", Takes::Either("-pw")),
    ("pscp", Takes::Either("-pw")),
    ("psexec", Takes::Either("-p")),
    ("openssl enc", Takes::Either("-k")),
    ("lftp", Takes::Pair("-u", b',')),
    ("rdesktop", Takes::Either("-p")),
    ("xfreerdp", Takes::Glued("/p:")),
    ("mongodump", Takes::Either("-p")),
    ("mongorestore", Takes::Either("-p")),
    ("mongoexport", Takes::Either("-p")),
    ("mongoimport", Takes::Either("-p")),
    ("oc login", Takes::Either("-p")),
    ("smbmap", Takes::Either("-p")),
    ("cqlsh", Takes::Either("-p")),
    ("crackmapexec", Takes::Either("-p")),
    ("evil-winrm", Takes::Either("-p")),
    ("twine upload", Takes::Either("-p")),
    ("ldapadd", Takes::Either("-w")),
    ("ldapmodify", Takes::Either("-w")),
    ("rpcclient", Takes::Pair("-U", b'%')),
    ("winexe", Takes::Pair("-U", b'%')),
    ("schtasks", Takes::Either("/rp")),
    ("jenkins-cli.jar", Takes::Pair("-auth", b':')),
    ("jenkins-cli", Takes::Pair("-auth", b':')),
    ("mosquitto_pub", Takes::Either("-P")),
    ("mosquitto_sub", Takes::Either("-P")),
    ("ssh-keygen", Takes::Either("-N")),
    ("curl", Takes::Pair("--proxy-user", b':')),
    ("isql", Takes::Either("-P")),
    ("ipmitool", Takes::Either("-P")),
    ("snmpget", Takes::Either("-A")),
    ("snmpget", Takes::Either("-X")),
    ("snmpwalk", Takes::Either("-A")),
    ("snmpwalk", Takes::Either("-X")),
    ("wpa_passphrase", Takes::Word("", 2)),
    ("ncftpput", Takes::Either("-p")),
    ("ncftpget", Takes::Either("-p")),
    ("bcp", Takes::Either("-P")),
    ("osql", Takes::Either("-P")),
    ("beeline", Takes::Either("-p")),
    ("cf login", Takes::Either("-p")),
    ("altool", Takes::Either("-p")),
    ("rabbitmqadmin", Takes::Either("-p")),
];

/// Whether `keyword` is no part of a name but a program that takes a password: `sshpass`, `docker login`.
#[must_use]
pub(in crate::engine) fn is_program(keyword: &str) -> bool {
    PROGRAMS.iter().any(|(program, _)| keyword.eq_ignore_ascii_case(program))
}
