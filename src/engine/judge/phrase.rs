//! Passphrases of several words, and how they differ from sentences.

use super::value::is_of_names;
use crate::engine::entropy::{RANDOM, randomness};

/// How many words a passphrase has.
const WORDS: std::ops::RangeInclusive<usize> = 4..=24;

/// Words that texts for people hold, and words drawn at random hardly do. Sorted.
#[rustfmt::skip]
const OF_TEXTS: &[&str] = &[
    "aber", "able", "access", "account", "acht", "achter", "ada", "adalah", "after", "again", "ako", "alespon", "alfabet", "all", "almeno", "altro", "and", "anda", "antes", "any",
    "apa", "aqui", "ardal", "are", "atau", "atta", "atte", "atur", "auf", "aver", "avere", "avete", "azonos", "bahasa", "baru", "because", "been", "before", "between", "bevatten",
    "bez", "bien", "bir", "bitte", "bod", "bus", "but", "bylo", "byt", "calea", "can", "cannot", "caractere", "caracteres", "carattere", "caratteri", "cel", "chan", "change",
    "changed", "char", "characters", "che", "check", "chiffres", "choose", "ciao", "ciffre", "cifra", "cifras", "cifre", "cijfers", "cinque", "clau", "click", "coincide",
    "coinciden", "coincidono", "como", "comporter", "con", "confirm", "contain", "contains", "contener", "contenere", "contenga", "contenir", "contiene", "contine", "contrasena",
    "correct", "correcto", "correta", "corretta", "could", "create", "cum", "current", "cyfrinair", "czy", "dall", "dalla", "dan", "dapat", "dari", "das", "database", "debe",
    "deben", "deber", "default", "dein", "deine", "deinen", "del", "delapan", "den", "dengan", "der", "des", "deve", "devem", "devono", "die", "dieser", "dieses", "din", "dine",
    "does", "dogru", "dois", "doit", "domain", "donnees", "dont", "dopo", "drei", "due", "durch", "each", "ecco", "ein", "eine", "eingeben", "eingegeben", "eller", "ellos",
    "email", "empty", "encontrar", "enn", "enter", "entre", "entrer", "eres", "erneut", "errada", "erronea", "errore", "esatta", "escribe", "eso", "est", "esta", "estar", "este",
    "etmek", "exakt", "expired", "failed", "fails", "fait", "falsch", "falsk", "farklidir", "felt", "ferramenta", "field", "file", "first", "foi", "for", "forgot", "forgotten",
    "forkert", "from", "geben", "gebruiker", "gebruikers", "gecerli", "geef", "geldig", "gewijzigd", "girin", "giris", "given", "gli", "gyda", "had", "hai", "han", "hanno", "har",
    "has", "hasla", "haslo", "hatali", "have", "hebt", "heeft", "hesla", "heslem", "heslo", "heslom", "het", "hier", "hodnota", "hoefde", "holo", "huit", "icin", "ihnen", "ihr",
    "ihre", "ile", "imperativ", "incorrect", "incorrecta", "incorreto", "indica", "indirizzo", "ingrese", "iniciar", "input", "inserire", "inserisci", "into", "invalid",
    "invalido", "ist", "its", "jako", "jelszava", "jelszo", "jest", "jouw", "juist", "kan", "kann", "karakter", "karakterek", "karakteri", "karakterli", "karakters", "karaktert",
    "kata", "kein", "keine", "kell", "kennwort", "kevesebb", "key", "kisebb", "klicken", "konto", "korrekt", "kun", "laatste", "langer", "last", "least", "lebih", "legalabb",
    "les", "letters", "lettre", "lettres", "link", "log", "login", "los", "lozinka", "lozinke", "lozinku", "maak", "maar", "mag", "mancano", "matches", "maximal", "may", "mehr",
    "melebihi", "men", "mengatur", "merkki", "merkkia", "mesmo", "metti", "mindestens", "mindre", "minimaal", "minimo", "minimum", "minst", "missende", "missing", "mit", "moet",
    "moeten", "mohon", "molt", "mora", "moraju", "mot", "mots", "musi", "musia", "muss", "must", "mustahil", "mustar", "musteri", "nad", "nahoru", "nastaveni", "nastavit", "ned",
    "need", "needs", "nei", "nella", "nem", "never", "new", "nicht", "niet", "nieuw", "nieuwe", "niste", "nombre", "nombres", "nome", "non", "not", "nova", "nove", "noveho",
    "novo", "novou", "nueva", "nuevo", "numeri", "numero", "numeros", "nyolc", "nytt", "ocho", "oder", "ogiltigt", "oito", "okreslone", "old", "olmali", "olmalidir", "onay", "one",
    "onjuist", "only", "opgegeven", "opnieuw", "osem", "osiem", "osm", "otte", "otto", "oublie", "our", "ovanfor", "over", "par", "para", "parola", "parolanizi", "parole",
    "parolei", "parolni", "pas", "pass", "passe", "passer", "passord", "passordet", "passphrase", "password", "passwords", "passwort", "pengguna", "per", "perdu", "pertama", "please",
    "poate", "podaj", "podane", "podle", "pogresna", "ponavljate", "por", "porque", "potvrda", "potvrzeni", "pour", "povinne", "prawidlowe", "precisa", "prosim", "provide",
    "provided", "puis", "qual", "quando", "que", "quel", "questa", "questo", "qui", "reimposta", "repetir", "repita", "required", "reset", "resetta", "ripeti", "ruang", "saisir",
    "salah", "salasana", "salasanan", "sama", "sandi", "satu", "scegli", "secret", "see", "segura", "seguro", "sehr", "sekiz", "send", "senha", "senhas", "senza", "sesiune", "set",
    "setel", "setting", "should", "show", "sich", "sie", "sifre", "sifreniz", "sifresi", "silakan", "simbol", "simboli", "simbolos", "sinun", "skal", "slova", "soll", "solo",
    "som", "some", "sono", "spatii", "sta", "stare", "stari", "straenka", "string", "such", "sudah", "sul", "svoju", "tai", "tanpa", "tecken", "tegen", "tegn", "teken", "tekens",
    "tekrar", "terlalu", "terug", "test", "than", "that", "the", "their", "them", "then", "there", "these", "they", "this", "tidak", "tiene", "todos", "toegang", "token",
    "trebuie", "trenger", "tres", "troppo", "tua", "tuo", "tus", "tussen", "two", "type", "uang", "udah", "ugyldig", "ugyldigt", "ulang", "una", "und", "une", "untuk", "upisi",
    "uppfyller", "usando", "used", "user", "username", "using", "utente", "utilizador", "uusi", "vaaditaan", "vagy", "vahintaan", "valgte", "valid", "valide", "valido", "value",
    "van", "veldig", "vereist", "vergessen", "vergeten", "verify", "verlangt", "very", "veya", "voor", "votre", "vuelve", "vul", "wachtwoord", "wartosc", "was", "werden", "when",
    "where", "which", "wieder", "wil", "will", "wird", "with", "without", "wordt", "wrong", "yang", "yanlis", "yeni", "you", "your", "yra", "zadat", "zadejte", "zapomnel",
    "zeichen", "zijn", "znak", "znakova", "znakow", "znaku", "zurueck", "zvolte",
];

/// Whether a value is words of lower case drawn at random: `harbour quilt lemon cable`. Sentences have capitals, marks
/// and words that only join.
pub(super) fn is_passphrase(value: &[u8]) -> bool {
    let is_drawn = |word: &[u8]| {
        (3..=10).contains(&word.len())
            && word.iter().all(u8::is_ascii_lowercase)
            && OF_TEXTS.binary_search_by(|known| known.as_bytes().cmp(word)).is_err()
    };
    let words = value.split(|&byte| byte == b' ');
    // The example that everybody knows.
    let is_known = memchr::memmem::find(value, b"horse battery").is_some();
    WORDS.contains(&words.clone().count()) && words.into_iter().all(is_drawn) && !is_known
}

/// Whether a value is such words joined by one and the same mark: `harbour-quilt-lemon-cable`.
pub(in crate::engine) fn is_joined_passphrase(value: &[u8]) -> bool {
    let Some(&mark) = value.iter().find(|byte| !byte.is_ascii_alphabetic()) else { return false };
    let words = value.split(|&byte| byte == mark);
    let is_drawn = |word: &[u8]| {
        (3..=10).contains(&word.len())
            && word.iter().all(u8::is_ascii_lowercase)
            && OF_TEXTS.binary_search_by(|known| known.as_bytes().cmp(word)).is_err()
            && !is_of_names(word)
    };
    matches!(mark, b'-' | b'_') && (4..=12).contains(&words.clone().count()) && words.into_iter().all(is_drawn)
}

/// Whether a value is groups of four letters or digits at random, as passwords for one application are shown.
pub(super) fn is_in_groups(value: &[u8]) -> bool {
    let groups = value.split(|&byte| byte == b' ');
    let fits = |group: &[u8]| group.len() == 4 && group.iter().all(u8::is_ascii_alphanumeric);
    let joined: Vec<u8> = value.iter().copied().filter(|&byte| byte != b' ').take(32).collect();
    (4..=8).contains(&groups.clone().count()) && groups.into_iter().all(fits) && randomness(&joined) > RANDOM + 0.3
}

#[cfg(test)]
mod tests {
    use super::{OF_TEXTS, is_in_groups, is_passphrase};

    #[test]
    fn groups_at_random_are_told_from_words_and_numbers() {
        for halves in [["rjkw pxmq", " zvtb hcwd"], ["w9kL 2xQz", " Vb7m Jt4R n8Ws"], ["xkqz wvjp", " qhzt mrxd"]] {
            assert!(is_in_groups(halves.concat().as_bytes()), "{halves:?}");
        }
        for value in ["this text says what", "4111 1111 1111 1111", "they will make them some", "user pass name data", "abcd efg hijk lmno"]
        {
            assert!(!is_in_groups(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn words_at_random_are_told_from_sentences() {
        for phrase in ["harbour quilt lemon cable", "tiger ribbon montana copper brick"] {
            assert!(is_passphrase(phrase.as_bytes()), "{phrase}");
        }
        let sentences = [
            "enter new password again",
            "Harbour quilt lemon cable",
            "harbour quilt lemon",
            "user with this name exists",
            "harbour quilt, lemon cable",
            "mot de passe oublie",
            "das passwort ist falsch",
        ];
        for sentence in sentences {
            assert!(!is_passphrase(sentence.as_bytes()), "{sentence}");
        }
        assert!(OF_TEXTS.is_sorted());
    }
}
