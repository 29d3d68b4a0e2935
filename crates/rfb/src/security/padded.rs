use rsa::rand_core::CryptoRng;

/// A text and a NUL, filled up with random bytes to `length`. What does not fit is left out; the caller has checked that
/// it does.
pub(crate) fn padded<R: CryptoRng + ?Sized>(text: &[u8], length: usize, random: &mut R) -> Vec<u8> {
    let mut field = vec![0; length];
    random.fill_bytes(&mut field);
    for (to, from) in field.iter_mut().zip(text.iter().chain(&[0])) {
        *to = *from;
    }
    field
}
