//! L2: the programs that take a password or a token without naming it, and how each does.

/// How a program takes its password or token.
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
    ("useradd", Takes::Either("-p")),
    ("usermod", Takes::Either("-p")),
    ("mc alias set", Takes::Word("", 4)),
    ("mc config host add", Takes::Word("", 4)),
    ("etcdctl", Takes::Pair("--user", b':')),
    ("cypher-shell", Takes::Either("-p")),
    ("slappasswd", Takes::Either("-s")),
    ("ldappasswd", Takes::Either("-s")),
    ("ldappasswd", Takes::Either("-w")),
    ("ldapdelete", Takes::Either("-w")),
    ("ldapwhoami", Takes::Either("-w")),
    ("addprinc", Takes::Either("-pw")),
    ("add-user.sh", Takes::Either("-p")),
    ("add-user.sh", Takes::Word("", 2)),
    ("x11vnc", Takes::Either("-storepasswd")),
    ("az sql", Takes::Either("-p")),
    ("az postgres", Takes::Either("-p")),
    ("az mysql", Takes::Either("-p")),
    ("az acr login", Takes::Either("-p")),
    ("nuget add source", Takes::Either("-p")),
    ("nuget update source", Takes::Either("-p")),
    ("db2 connect to", Takes::Behind("using", 1)),
    ("neo4j-admin", Takes::Behind("set-initial-password", 1)),
    ("ejabberdctl", Takes::Behind("register", 3)),
    ("prosodyctl", Takes::Behind("register", 3)),
    ("couchbase-cli", Takes::Either("-p")),
    ("hdbsql", Takes::Either("-p")),
    ("vsql", Takes::Either("-w")),
    ("tsql", Takes::Either("-P")),
    ("netexec", Takes::Either("-p")),
    ("hydra", Takes::Either("-p")),
    ("racadm", Takes::Either("-p")),
    ("winrs", Takes::Glued("-p:")),
    ("sc config", Takes::Either("password=")),
    ("sc.exe config", Takes::Either("password=")),
    ("expo login", Takes::Either("-p")),
    ("knife bootstrap", Takes::Either("-P")),
    ("p4 -u", Takes::Either("-P")),
    ("p4 -p", Takes::Either("-P")),
    ("net rpc", Takes::Pair("-U", b'%')),
    ("net ads", Takes::Pair("-U", b'%')),
    ("smbget", Takes::Pair("-U", b'%')),
    ("vault login", Takes::Word("", 1)),
    ("ngrok authtoken", Takes::Word("", 1)),
    ("config add-authtoken", Takes::Word("", 1)),
    ("doctl auth init", Takes::Either("-t")),
    ("cargo login", Takes::Word("", 1)),
    ("nuget setapikey", Takes::Word("", 1)),
    ("dotnet nuget push", Takes::Either("-k")),
    ("snyk auth", Takes::Word("", 1)),
];

/// Whether `keyword` is no part of a name but a program that takes a password: `sshpass`, `docker login`.
#[must_use]
pub(in crate::engine) fn is_program(keyword: &str) -> bool {
    PROGRAMS.iter().any(|(program, _)| keyword.eq_ignore_ascii_case(program))
}

/// Whether `name`, of which only letters and digits are left, is that of a program. Rules of programs name nothing else.
#[must_use]
pub(in crate::engine) fn names_program(name: &str) -> bool {
    let squashed = |program: &'static str| program.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase());
    PROGRAMS.iter().any(|(program, _)| squashed(program).eq(name.bytes()))
}

#[cfg(test)]
mod tests {
    use super::PROGRAMS;
    use crate::engine::layout::gate;

    #[test]
    fn the_whole_name_of_a_program_is_looked_for() {
        for (program, _) in PROGRAMS {
            assert_eq!(gate(program), *program, "words of the command line begin behind it");
        }
    }
}
