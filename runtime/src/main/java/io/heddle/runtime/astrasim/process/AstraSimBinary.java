package io.heddle.runtime.astrasim.process;

import io.heddle.runtime.simulate.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * A program that takes AstraSim's command line.
 *
 * @param file absolute, for the program is started in another folder
 */
public record AstraSimBinary(Path file) {
  public AstraSimBinary {
    file = file.toAbsolutePath();
  }

  /**
   * How its network behaves, as its name says: AstraSim builds a program for each. A link that says
   * nothing is asked where it leads.
   */
  public Optional<Backend> network() {
    Optional<Backend> given = network(file);
    if (given.isPresent()) {
      return given;
    }
    try {
      return network(file.toRealPath());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<Backend> network(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    if (name.contains("unaware")) {
      return Optional.of(Backend.CONGESTION_UNAWARE);
    }
    return name.contains("aware") ? Optional.of(Backend.CONGESTION_AWARE) : Optional.empty();
  }

  /** Why it cannot be started, as far as its file says. */
  Optional<Verdict.NotStarted> obstacle() {
    if (!Files.exists(file)) {
      return Optional.of(
          new Verdict.NotStarted(
              Obstacle.NO_BINARY,
              file + ": no such file; --astrasim or HEDDLE_ASTRASIM names AstraSim's program"));
    }
    if (!Files.isRegularFile(file)) {
      return Optional.of(
          new Verdict.NotStarted(
              Obstacle.NOT_EXECUTABLE,
              file + ": is no file; name AstraSim's program itself, not its folder"));
    }
    if (!Files.isExecutable(file)) {
      return Optional.of(
          new Verdict.NotStarted(
              Obstacle.NOT_EXECUTABLE, file + ": is not executable; chmod +x makes it so"));
    }
    return Optional.empty();
  }
}
