package io.heddle.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in the archives works where it is unpacked, without the project. */
class ArchiveTest {
  @TempDir private static Path folder;
  private static Path home = Path.of("");

  @BeforeAll
  static void unpack() throws IOException, InterruptedException {
    String archive = Project.BUILT.archive(".tar.gz").toString();
    assertThat(Project.run(folder, Map.of(), List.of("tar", "xzf", archive)).exit()).isZero();
    home = folder.resolve("heddle-" + Project.version());
  }

  private static Project.Ended heddle(String... arguments)
      throws IOException, InterruptedException {
    Stream<String> command =
        Stream.concat(Stream.of(home.resolve("bin/heddle").toString()), Stream.of(arguments));
    return Project.run(home, Map.of(), command.toList());
  }

  private static Set<String> commands() throws IOException, InterruptedException {
    return Pattern.compile("^  ([a-z]+)  ", Pattern.MULTILINE)
        .matcher(heddle("--help").output())
        .results()
        .map(found -> found.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void theCommandSaysItsVersion() throws IOException, InterruptedException {
    assertThat(heddle("--version"))
        .isEqualTo(new Project.Ended(0, "heddle " + Project.version() + "\n"));
  }

  @Test
  void theExamplesAreThereToBeRun() throws IOException, InterruptedException {
    Project.Ended checked = heddle("check", "examples/models/llama3_8b.tfm");
    assertThat(checked.output()).contains("1 file checked: 0 errors, 0 warnings");
    assertThat(checked.exit()).isZero();
    Project.Ended run = heddle("run", "examples/models/llama3_8b.tfm", "--plan", "Node8");
    assertThat(run.output()).contains("iteration time");
    assertThat(run.exit()).isZero();
  }

  @Test
  void theLibraryIsReadable() throws IOException, InterruptedException {
    assertThat(heddle("check", "library/std/models/llama3.tfm").exit()).isZero();
  }

  @Test
  void everyCommandHasAPageOfTheManual() throws IOException, InterruptedException {
    assertThat(commands()).contains("run", "search", "check").hasSizeGreaterThan(15);
    for (String command : commands()) {
      assertThat(home.resolve("share/man/man1/heddle-" + command + ".1")).isNotEmptyFile();
    }
    assertThat(home.resolve("share/man/man1/heddle.1")).content().contains("\\fBsearch\\fP");
  }

  @Test
  void theShellCompletesCommandsAndOptions() throws IOException, InterruptedException {
    String script =
        """
        source share/bash-completion/completions/heddle
        compopt() { :; }
        COMP_WORDS=(heddle sea); COMP_CWORD=1; _complete_heddle; echo "${COMPREPLY[@]}"
        COMP_WORDS=(heddle run --criti); COMP_CWORD=2; _complete_heddle; echo "${COMPREPLY[@]}"
        """;
    Project.Ended completed = Project.run(home, Map.of(), List.of("bash", "-c", script));
    assertThat(completed.output()).isEqualTo("search\n--critical-path\n");
  }

  /** All that the jar was made of, each part with its licence and the text of it. */
  @Test
  void partsHaveTheirLicences() throws IOException {
    JsonNode bill = new ObjectMapper().readTree(home.resolve("licences/heddle.cdx.json").toFile());
    String list = Files.readString(home.resolve("licences/THIRD-PARTY.txt"));
    Set<String> names = new TreeSet<>();
    for (JsonNode part : bill.path("components")) {
      names.add(part.path("name").asText());
      JsonNode licence = part.path("licenses").path(0).path("license");
      assertThat(licence.path("text").path("content").asText()).as(part.toString()).isNotEmpty();
      if (!part.path("group").asText().equals("io.heddle")) {
        assertThat(list)
            .contains(
                "%s:%s:%s"
                    .formatted(
                        part.path("group").asText(),
                        part.path("name").asText(),
                        part.path("version").asText()));
      }
    }
    assertThat(names)
        .contains("antlr4-runtime", "picocli", "heddle-runtime")
        .doesNotContain("assertj-core", "picocli-codegen", "asciidoctorj");
  }

  @Test
  void bothArchivesHoldTheSame() throws IOException, InterruptedException {
    String tar = Project.BUILT.archive(".tar.gz").toString();
    Set<String> inTar =
        Project.run(folder, Map.of(), List.of("tar", "tzf", tar))
            .output()
            .lines()
            .filter(name -> !name.endsWith("/"))
            .collect(Collectors.toSet());
    try (ZipFile zip = new ZipFile(Project.BUILT.archive(".zip").toFile())) {
      Set<String> inZip =
          zip.stream()
              .filter(entry -> !entry.isDirectory())
              .map(ZipEntry::getName)
              .collect(Collectors.toSet());
      assertThat(inZip).isEqualTo(inTar);
    }
    assertThat(inTar).noneMatch(name -> name.contains("/target/") || name.contains("/test/"));
  }
}
