//! What may happen to files.

use crate::input::Input;

/// What texts of numbers are made of.
const TEXT: &[u8] = b"0123456789.,-+eE\n \"[]{}:nul";

/// Changes some bytes, or the length, of one of several files; `None` in the place of one that is lost.
pub(crate) fn damage(input: &mut Input<'_>, files: &mut [Option<Vec<u8>>]) {
    let which = input.below(files.len());
    let Some(file) = &mut files[which] else { return };
    let at = input.below(file.len().max(1)).min(file.len());
    let length = 1 + input.below(40);
    let end = (at + length).min(file.len());
    match input.below(9) {
        0 => file.truncate(at),
        1 => drop(file.drain(at..end)),
        2 => {
            let piece = file[at..end].to_vec();
            file.splice(at..at, piece);
        }
        3 => file.insert(at, input.byte()),
        4 => file.extend((0..length).map(|_| input.byte())),
        5 if at < file.len() => file[at] ^= 1 << input.below(8),
        6 if at < file.len() => file[at] = TEXT[input.below(TEXT.len())],
        7 if at < file.len() => file[at] = input.byte(),
        8 if length > 38 => files[which] = None,
        _ => {}
    }
}
