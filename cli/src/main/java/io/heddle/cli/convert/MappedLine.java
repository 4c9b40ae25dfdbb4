package io.heddle.cli.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A line of a mapping as it is written, which both directions read: of its alternatives the first
 * holds whose condition holds and whose keys are there.
 */
record MappedLine(List<Alternative> alternatives) {
  private static final String BAR = "\\|";
  private static final String NOT = "not ";

  MappedLine {
    alternatives = List.copyOf(alternatives);
  }

  /** A value, where a condition holds. */
  record Alternative(Value value, Condition condition) {
    Set<String> keys() {
      Set<String> keys = new LinkedHashSet<>();
      value.atoms().forEach(atom -> atom.addTo(keys));
      condition.terms.forEach(term -> term.of.addTo(keys));
      return keys;
    }
  }

  /** Terms that must all hold; none always do. */
  record Condition(List<Term> terms) {
    static final Condition NONE = new Condition(List.of());

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException if it is none
     */
    static Condition of(String text) {
      return new Condition(Stream.of(text.split(" and ", -1)).map(Term::of).toList());
    }
  }

  /**
   * Whether something is on, or is a word.
   *
   * @param isNot whether the term is turned round
   * @param is the word; empty where it is asked whether it is on
   */
  record Term(Atom of, boolean isNot, Optional<String> is) {
    private static Term of(String text) {
      String term = text.strip();
      boolean isNot = term.startsWith(NOT);
      String[] sides = (isNot ? term.substring(NOT.length()) : term).split(" is ", 2);
      return new Term(
          Atom.of(sides[0].strip()),
          isNot,
          sides.length > 1 ? Optional.of(sides[1].strip()) : Optional.empty());
    }
  }

  /** What an alternative says. */
  sealed interface Value {
    /** What it is made of. */
    List<Atom> atoms();

    private static Value of(String text) {
      String[] words = text.split("\\s+", -1);
      if (words.length == 1 || text.startsWith("\"")) {
        return Atom.of(text);
      }
      if (words.length != 3) {
        throw new IllegalArgumentException(text);
      }
      Atom left = Atom.of(words[0]);
      return switch (words[1]) {
        case "via" -> new Translated(left, words[2]);
        case "*" -> new Product(left, Atom.of(words[2]));
        case "/" -> new Quotient(left, Atom.of(words[2]));
        default -> throw new IllegalArgumentException(text);
      };
    }
  }

  /** A value of one word. */
  sealed interface Atom extends Value {
    @Override
    default List<Atom> atoms() {
      return List.of(this);
    }

    private void addTo(Set<String> keys) {
      if (this instanceof Key key) {
        keys.add(key.name);
      }
    }

    private static Atom of(String word) {
      if (word.startsWith("@")) {
        return new Other(word.substring(1));
      }
      if (word.startsWith("\"")) {
        return new Constant(TextNode.valueOf(word.substring(1, word.length() - 1)));
      }
      if (word.equals("true") || word.equals("false")) {
        return new Constant(BooleanNode.valueOf(word.equals("true")));
      }
      if (Character.isDigit(word.charAt(0))) {
        return new Constant(
            word.contains(".")
                ? DoubleNode.valueOf(Double.parseDouble(word))
                : LongNode.valueOf(Long.parseLong(word)));
      }
      return new Key(word);
    }
  }

  /** A key of the configuration. */
  record Key(String name) implements Atom {}

  /** Another line of the section. */
  record Other(String line) implements Atom {}

  /** A word, a number, true or false. */
  record Constant(JsonNode value) implements Atom {}

  /** Our word for theirs. */
  record Translated(Atom theirs, String table) implements Value {
    @Override
    public List<Atom> atoms() {
      return List.of(theirs);
    }
  }

  /** A product of whole numbers. */
  record Product(Atom left, Atom right) implements Value {
    @Override
    public List<Atom> atoms() {
      return List.of(left, right);
    }
  }

  /** A quotient of whole numbers that has no rest. */
  record Quotient(Atom left, Atom right) implements Value {
    @Override
    public List<Atom> atoms() {
      return List.of(left, right);
    }
  }

  /**
   * Reads a line.
   *
   * @throws IllegalArgumentException if it is none
   */
  static MappedLine of(String text) {
    return new MappedLine(
        Stream.of(text.split(BAR, -1))
            .map(alternative -> alternative.split(" if ", 2))
            .map(
                sides ->
                    new Alternative(
                        Value.of(sides[0].strip()),
                        sides.length > 1 ? Condition.of(sides[1]) : Condition.NONE))
            .toList());
  }

  /** The keys that it names, in their order. */
  Set<String> keys() {
    Set<String> keys = new LinkedHashSet<>();
    alternatives.forEach(alternative -> keys.addAll(alternative.keys()));
    return keys;
  }
}
