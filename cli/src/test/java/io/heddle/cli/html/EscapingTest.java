package io.heddle.cli.html;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** No text of anybody's is taken for markup or script. */
class EscapingTest {
  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.oneOf(
        Arbitraries.strings().ofMaxLength(40),
        Arbitraries.of(
                "</script>",
                "<script>",
                "<!--",
                "-->",
                "]]>",
                "&",
                "&lt;",
                "\"",
                "'",
                "\u2028",
                "\u2029",
                "<img onerror=x>",
                "`",
                "\\",
                "{a|b}",
                "\0",
                "\ud800")
            .list()
            .ofMaxSize(6)
            .map(parts -> String.join("", parts)));
  }

  @Property
  void jsonEndsNoScript(@ForAll("texts") String text) throws IOException {
    String json = ScriptJson.of(out -> out.writeString(text));
    assertThat(json).doesNotContain("<", ">", "&").matches("\\p{ASCII}*");
    assertThat(new ObjectMapper().readValue(json, String.class)).isEqualTo(text);
  }

  @Property
  void htmlHasOnlyItsOwnElements(@ForAll("texts") String text) {
    String html =
        new Html()
            .element("p", text, "title", text)
            .table("x", List.of(text), List.of(List.of(text, text)))
            .toString();
    String own =
        new Html()
            .element("p", "", "title", "")
            .table("x", List.of(""), List.of(List.of("", "")))
            .toString();
    assertThat(html.chars().filter(c -> c == '<').count())
        .isEqualTo(own.chars().filter(c -> c == '<').count());
    assertThat(html).matches("(?s)<p title=\"[^\"<]*\">.*");
  }

  @Property(tries = 50)
  void aShellTakesWordsAsTheyAre(@ForAll("texts") String text)
      throws IOException, InterruptedException {
    String word = text.replaceAll("[^ -~]", "?");
    Process shell = new ProcessBuilder("sh", "-c", "printf %s " + Shell.quoted(word)).start();
    assertThat(new String(shell.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
        .isEqualTo(word);
    assertThat(shell.waitFor()).isZero();
  }
}
