package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;

class FmtCommandTest {
  private static final String UGLY = "tfm 1\ndevice d{memory 1GB at 1GB/s}\n";
  private static final String PRETTY = "tfm 1\n\ndevice d { memory 1 GB at 1 GB/s }\n";
  private static final String BROKEN = "tfm 1\ndevice d{memory }\n";

  @TempDir private Path folder;

  private Path file(String name, String text) {
    return Execution.write(folder.resolve(name), text);
  }

  @Test
  void filesAreFormattedInPlaceAndThoseThatChangedAreListed() throws IOException {
    Path ugly = file("ugly.tfm", UGLY);
    Path pretty = file("pretty.tfm", PRETTY);
    Execution fmt = Execution.of("fmt", ugly, pretty);
    assertThat(fmt).isEqualTo(new Execution(0, ugly + System.lineSeparator(), ""));
    assertThat(ugly).hasContent(PRETTY);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactlyInAnyOrder(ugly, pretty);
    }
  }

  @Test
  void checkListsAndWritesNothing() {
    Path ugly = file("ugly.tfm", UGLY);
    Path pretty = file("pretty.tfm", PRETTY);
    Execution fmt = Execution.of("fmt", "--check", pretty, ugly);
    assertThat(fmt).isEqualTo(new Execution(1, ugly + System.lineSeparator(), ""));
    assertThat(ugly).hasContent(UGLY);
    assertThat(Execution.of("fmt", "--check", pretty).exit()).isZero();
  }

  @Test
  void aFileWithSyntaxErrorsIsLeftAloneAndOthersAreFormatted() {
    Path broken = file("broken.tfm", BROKEN);
    Path ugly = file("ugly.tfm", UGLY);
    Execution fmt = Execution.of("fmt", broken, folder.resolve("none.tfm"), ugly);
    assertThat(fmt.exit()).isEqualTo(3);
    assertThat(fmt.err()).contains("broken.tfm:2:17: error[TFM", "none.tfm: no such file");
    assertThat(broken).hasContent(BROKEN);
    assertThat(ugly).hasContent(PRETTY);
    assertThat(Execution.of("fmt", "--check", broken).exit()).isEqualTo(1);
  }

  @Test
  void aLinkAndThePermissionsOfItsFileStay() throws IOException {
    Path ugly = file("ugly.tfm", UGLY);
    Files.setPosixFilePermissions(ugly, PosixFilePermissions.fromString("rw-r-----"));
    Path link = Files.createSymbolicLink(folder.resolve("link.tfm"), ugly);
    assertThat(Execution.of("fmt", link).exit()).isZero();
    assertThat(link).isSymbolicLink().hasContent(PRETTY);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(ugly)))
        .isEqualTo("rw-r-----");
  }

  @Test
  @ResourceLock("System.in")
  void standardInputIsFormattedToStandardOutput() {
    assertThat(ofInput(UGLY)).isEqualTo(new Execution(0, PRETTY, ""));
    assertThat(ofInput(UGLY, "--check").exit()).isEqualTo(1);
    assertThat(ofInput(PRETTY, "--check")).isEqualTo(new Execution(0, "", ""));
    Execution broken = ofInput(BROKEN);
    assertThat(broken.exit()).isEqualTo(1);
    assertThat(broken.out()).isEmpty();
    assertThat(broken.err()).startsWith("standard input:2:17: error[TFM");
  }

  private static Execution ofInput(String text, Object... options) {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    try {
      return Execution.of(
          Stream.concat(Stream.of("fmt", "-"), Stream.of(options)).toArray(Object[]::new));
    } finally {
      System.setIn(before);
    }
  }
}
