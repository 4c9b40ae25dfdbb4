package io.heddle.runtime.astrasim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are there whole or not at all. */
class AtomicFileTest {
  @TempDir private Path folder;

  private long entries() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.count();
    }
  }

  /** In containers all processes may have the same number. */
  @Test
  void whatAKilledProcessOfThisNumberLeftIsNotInTheWay() throws IOException {
    Path left = folder.resolve(".times.csv." + ProcessHandle.current().pid() + ".part");
    Files.writeString(left, "half");
    Path target = folder.resolve("times.csv");
    AtomicFile.write(target, out -> out.write('x'));
    assertThat(target).hasContent("x");
    assertThat(left).hasContent("half");
    assertThat(entries()).isEqualTo(2);
  }

  @Test
  void whatWasThereStaysIfTheContentFails() throws IOException {
    Path target = Files.writeString(folder.resolve("times.csv"), "before");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    target,
                    out -> {
                      out.write('x');
                      throw new IOException("full");
                    }))
        .hasMessage("full");
    assertThat(target).hasContent("before");
    assertThat(entries()).isEqualTo(1);
  }
}
