//! The X display's cookie: who does not show it may not open the display.

/// The X protocol's name of what we do.
const COOKIE: &[u8] = b"MIT-MAGIC-COOKIE-1";

/// An entry of this family counts for every display and host (FamilyWild of X11/Xauth.h), so it can be written
/// before the server has chosen its number.
const FAMILY_WILD: u16 = 0xffff;

/// The contents of an Xauthority file with a new cookie: the family, then address, display number, name and cookie,
/// each after its length; all numbers are 16 bits, big end first (Xau(3)).
pub(super) fn generate() -> Result<Vec<u8>, getrandom::Error> {
    let mut cookie = [0; 16];
    getrandom::fill(&mut cookie)?;
    let mut file = FAMILY_WILD.to_be_bytes().to_vec();
    for field in [&[][..], &[], COOKIE, &cookie] {
        let length = u16::try_from(field.len()).unwrap_or(0);
        file.extend(length.to_be_bytes());
        file.extend(field);
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_entry_that_counts_everywhere() {
        let file = generate().unwrap();
        assert_eq!(file[..26], *b"\xff\xff\0\0\0\0\0\x12MIT-MAGIC-COOKIE-1");
        assert_eq!(file[26..28], [0, 16]);
        assert_eq!(file.len(), 44);
        assert_ne!(file, generate().unwrap());
    }
}
