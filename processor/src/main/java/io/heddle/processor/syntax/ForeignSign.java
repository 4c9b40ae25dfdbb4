package io.heddle.processor.syntax;

import java.util.Map;

/** Signs of other languages that this one lacks, and what to write in their place. */
final class ForeignSign {
  private static final Map<Integer, String> HELP =
      Map.ofEntries(
          Map.entry((int) '#', "write a comment behind `//`"),
          Map.entry((int) '@', "write a product as `a * w`"),
          Map.entry((int) ';', "remove it; a new line ends a line, and `,` separates entries"),
          Map.entry((int) '^', "write a power as a product, as in `n * n`"),
          Map.entry((int) '&', "write `and`"),
          Map.entry((int) '|', "write `or`"),
          Map.entry((int) '!', "write `!=` for \"is not\""),
          Map.entry((int) '\'', "write texts in `\"`"),
          Map.entry(0x2018, "write texts in `\"`"),
          Map.entry(0x2019, "write texts in `\"`"),
          Map.entry(0x201c, "write texts in `\"`"),
          Map.entry(0x201d, "write texts in `\"`"),
          Map.entry(0xd7, "write a product as `a * w`"),
          Map.entry(0xb7, "write a product as `a * w`"),
          Map.entry(0x2013, "write `-`"),
          Map.entry(0x2212, "write `-`"),
          Map.entry(0xb5, "write `us` for microseconds"),
          Map.entry(0x3bc, "write `us` for microseconds"));

  private ForeignSign() {}

  /** What to do about a character that belongs to no token. */
  static String help(int character) {
    return HELP.getOrDefault(
        character, "remove it; names are made of ASCII letters, digits and `_`");
  }

  /** Whether the rest of the line is no part of the specification, as behind the `#` of Python. */
  static boolean hidesTheLine(int character) {
    return character == '#';
  }
}
