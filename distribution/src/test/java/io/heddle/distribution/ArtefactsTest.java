package io.heddle.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/** What other builds take from a repository: jars, their sources and Javadoc, and the BOM. */
class ArtefactsTest {
  static final List<String> MODULES = List.of("grammar", "plan", "processor", "runtime", "cli");

  @Test
  void everyJarHasItsSourcesAndItsJavadoc() throws IOException {
    for (String module : MODULES) {
      assertThat(Project.BUILT.jar(module, ".jar")).isNotEmptyFile();
      try (ZipFile sources = new ZipFile(Project.BUILT.jar(module, "-sources.jar").toFile())) {
        assertThat(sources.stream()).anyMatch(entry -> entry.getName().endsWith(".java"));
      }
      try (ZipFile pages = new ZipFile(Project.BUILT.jar(module, "-javadoc.jar").toFile())) {
        assertThat(pages.getEntry("index.html")).as(module).isNotNull();
      }
    }
  }

  /** The BOM stands alone, without the parent: its version is written a second time. */
  @Test
  void theBomNamesEveryJarInThisVersion() throws IOException {
    String bom = Files.readString(Project.BUILT.root().resolve("bom/pom.xml"));
    assertThat(bom).doesNotContain("<parent>");
    List<String> named =
        Pattern.compile("<artifactId>heddle-(\\w+)</artifactId>\\s*<version>\\$")
            .matcher(bom)
            .results()
            .map((MatchResult found) -> found.group(1))
            .toList();
    assertThat(named).isEqualTo(MODULES);
    assertThat(bom).contains("<version>" + Project.version() + "</version>");
  }
}
