package io.heddle.runtime.astrasim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder has one writer at a time. */
final class FolderLockTest {
  @TempDir private Path folder;

  @Test
  void theSecondIsRefusedUntilTheFirstIsDone() throws IOException {
    try (FolderLock lock = FolderLock.take(folder)) {
      assertThat(lock).isNotNull();
      assertThatThrownBy(() -> FolderLock.take(folder))
          .isInstanceOf(EmitException.class)
          .hasMessageContaining("another run is writing to it");
    }
    FolderLock.take(folder).close();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void whatAKilledRunLeftIsNotInTheWay() throws IOException {
    Files.createFile(folder.resolve(FolderLock.FILE));
    FolderLock.take(folder).close();
    assertThat(folder).isEmptyDirectory();
  }
}
