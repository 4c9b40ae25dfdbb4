package io.heddle.cli.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;

/** What an untrusted file says, as a message may repeat it: on one line, in ASCII, and short. */
final class Quoted {
  private static final int MOST = 60;

  private Quoted() {}

  static String of(String text) {
    return of(TextNode.valueOf(text.substring(0, Math.min(text.length(), 2 * MOST))));
  }

  static String of(JsonNode value) {
    if (value.isContainerNode()) {
      return value.isArray() ? "a list" : "an object";
    }
    String text = value.isTextual() ? value.textValue() : value.asText();
    String cut = line(text.length() > MOST ? text.substring(0, MOST) + "..." : text);
    return value.isTextual() ? '"' + cut + '"' : cut;
  }

  /** The same on one line, in ASCII. */
  static String line(String text) {
    StringBuilder quoted = new StringBuilder();
    text.chars()
        .forEach(
            c -> {
              if (c < ' ' || c > '~') {
                quoted.append(String.format("\\u%04x", c));
              } else {
                quoted.append((char) c);
              }
            });
    return quoted.toString();
  }
}
