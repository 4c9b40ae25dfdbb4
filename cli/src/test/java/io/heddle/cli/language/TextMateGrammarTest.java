package io.heddle.cli.language;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The grammar by which VS Code colours words has those of the language, and no others. */
class TextMateGrammarTest {
  private static final Path GRAMMAR = Path.of("../editor/vscode/syntaxes/tfm.tmLanguage.json");

  private static List<String> words(String rule) throws IOException {
    JsonNode grammar = new ObjectMapper().readTree(GRAMMAR.toFile());
    String pattern = grammar.path("repository").path(rule).path("match").asText();
    return List.of(
        pattern.substring(pattern.indexOf('(') + 1, pattern.indexOf(')')).split("\\|", -1));
  }

  @Test
  void keywordsAreThoseOfTheLanguage() throws IOException {
    assertThat(words("keyword")).containsExactlyInAnyOrderElementsOf(Words.keywords().all());
  }

  @Test
  void operationsAreThoseOfTheLanguage() throws IOException {
    assertThat(words("operation")).containsExactlyInAnyOrderElementsOf(Words.operations().all());
  }
}
