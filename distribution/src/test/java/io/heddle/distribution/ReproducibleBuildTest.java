package io.heddle.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same sources, built at another place and time, in another language, give the same bytes. */
class ReproducibleBuildTest {
  private static final Set<String> NOT_SOURCES =
      Set.of("target", ".git", ".idea", ".jqwik-database");

  @TempDir private Path folder;

  @Test
  void aSecondBuildGivesTheSameBytes() throws IOException, InterruptedException {
    Project second = new Project(folder.resolve("somewhere else"));
    copy(Project.BUILT.root(), second.root());
    Project.Ended built =
        Project.run(
            second.root(),
            Map.of("TZ", "Asia/Tokyo", "LC_ALL", "C"),
            List.of(
                Path.of(Project.property("heddle.maven"), "bin", "mvn").toString(),
                "-B",
                "-q",
                "-Dmaven.repo.local=" + Project.property("heddle.repository"),
                "-Dmaven.test.skip=true",
                "-Dmaven.javadoc.skip=true",
                "-Dspotless.check.skip=true",
                "-Pdistribution",
                "-pl",
                "distribution",
                "-am",
                "package"));
    assertThat(built.exit()).as(built.output()).isZero();
    List<String> different = new ArrayList<>();
    for (String module : ArtefactsTest.MODULES) {
      compare(Project.BUILT.jar(module, ".jar"), second.jar(module, ".jar"), different);
      compare(
          Project.BUILT.jar(module, "-sources.jar"), second.jar(module, "-sources.jar"), different);
    }
    for (String ending : List.of(".zip", ".tar.gz")) {
      compare(Project.BUILT.archive(ending), second.archive(ending), different);
    }
    assertThat(different).isEmpty();
  }

  private static void compare(Path first, Path second, List<String> different) throws IOException {
    if (Files.mismatch(first, second) >= 0) {
      different.add(first.getFileName().toString());
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<Path>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes unused)
              throws IOException {
            if (NOT_SOURCES.contains(directory.getFileName().toString())) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            Files.createDirectories(to.resolve(from.relativize(directory)));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes unused)
              throws IOException {
            if (!NOT_SOURCES.contains(file.getFileName().toString())) {
              Files.copy(file, to.resolve(from.relativize(file)));
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
