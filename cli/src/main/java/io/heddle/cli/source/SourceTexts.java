package io.heddle.cli.source;

import io.heddle.processor.FoundImports;
import io.heddle.processor.diagnose.Source;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All texts of a specification, with which it can be read where its files are not.
 *
 * @param main path of the file
 * @param texts of the file and of all that it imports from beside it, by their paths
 */
public record SourceTexts(String main, Map<String, String> texts) {
  public SourceTexts {
    texts = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(texts));
    if (!texts.containsKey(main)) {
      throw new IllegalArgumentException("no text of " + main);
    }
  }

  Source mainSource() {
    return source(main).orElseThrow();
  }

  private Optional<Source> source(String path) {
    return Optional.ofNullable(texts.get(path)).map(text -> new Source(path, text));
  }

  FoundImports imports() {
    List<Source> found = new ArrayList<>();
    return new FoundImports() {
      @Override
      public List<Source> found() {
        return List.copyOf(found);
      }

      @Override
      public Optional<String> refusal(String importer, String path) {
        return Optional.empty();
      }

      @Override
      public Optional<Source> find(Source importer, String path) {
        Optional<Source> source =
            source(Path.of(importer.path()).resolveSibling(path).normalize().toString());
        source.ifPresent(found::add);
        return source;
      }
    };
  }
}
