package io.heddle.cli.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Random changes of a text: of its words and signs, of its characters, with pieces of others. */
final class TextChanges {
  private static final List<String> EDGES =
      List.of(
          "0",
          "1",
          "-1",
          "2",
          "3",
          "7",
          "64",
          "65536",
          "2147483647",
          "2147483648",
          "4294967296",
          "9223372036854775807",
          "9223372036854775808",
          "99999999999999999999",
          "0.5",
          "1e9",
          "1e-9",
          "1e400",
          "null",
          "true",
          "false",
          "\"\"",
          "\"1\"",
          "[]",
          "{}",
          "_",
          "%",
          "..",
          "//",
          "/*");

  private final List<String> corpus;

  TextChanges(List<String> corpus) {
    this.corpus = corpus;
  }

  /** A text of the corpus with some changes. */
  String next(RandomGenerator random) {
    return change(Fuzz.pick(corpus, random), random);
  }

  String change(String text, RandomGenerator random) {
    List<String> words = words(text);
    int changes = 1 + random.nextInt(random.nextInt(4) == 0 ? 12 : 3);
    for (int i = 0; i < changes && !words.isEmpty(); i++) {
      changeWords(words, random);
    }
    String changed = String.join("", words);
    return random.nextInt(4) == 0 ? changeCharacters(changed, random) : changed;
  }

  /** Words, numbers, signs and the space between them; joined they are the text. */
  private static List<String> words(String text) {
    return new ArrayList<>(List.of(text.split("(?<=\\W)|(?=\\W)", -1)));
  }

  private void changeWords(List<String> words, RandomGenerator random) {
    int at = random.nextInt(words.size());
    int end = Math.min(words.size(), at + 1 + random.nextInt(8));
    switch (random.nextInt(8)) {
      case 0 -> words.set(at, "");
      case 1 -> words.set(at, Fuzz.pick(words, random));
      case 2 -> words.add(at, " " + Fuzz.pick(words, random) + " ");
      case 3 -> words.set(number(words, at), Fuzz.pick(EDGES, random));
      case 4 -> {
        int other = random.nextInt(words.size());
        String word = words.get(at);
        words.set(at, words.get(other));
        words.set(other, word);
      }
      case 5 -> words.subList(at, end).clear();
      case 6 -> words.addAll(at, List.copyOf(words.subList(at, end)));
      default -> words.addAll(at, piece(words(Fuzz.pick(corpus, random)), random));
    }
  }

  /** The next number from a place, or the place: numbers are where the edges are. */
  private static int number(List<String> words, int at) {
    for (int i = at; i < words.size(); i++) {
      if (!words.get(i).isEmpty() && Character.isDigit(words.get(i).charAt(0))) {
        return i;
      }
    }
    return at;
  }

  private static List<String> piece(List<String> words, RandomGenerator random) {
    int from = random.nextInt(words.size());
    return words.subList(from, Math.min(words.size(), from + 1 + random.nextInt(60)));
  }

  private static String changeCharacters(String text, RandomGenerator random) {
    if (text.isEmpty()) {
      return "\0";
    }
    int at = random.nextInt(text.length());
    int end = Math.min(text.length(), at + 1 + random.nextInt(20));
    String head = text.substring(0, at);
    return switch (random.nextInt(4)) {
      case 0 -> head;
      case 1 -> head + (char) random.nextInt(0xd800) + text.substring(at);
      case 2 -> head + text.substring(at, end).repeat(1 + random.nextInt(200)) + text.substring(at);
      default -> head + "{}[]()=*/+-.,:>\"'\\\t\0".charAt(random.nextInt(20)) + text.substring(end);
    };
  }
}
