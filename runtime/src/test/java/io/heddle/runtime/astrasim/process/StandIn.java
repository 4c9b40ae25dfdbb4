package io.heddle.runtime.astrasim.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/** A program in AstraSim's place that plays back an output and ends as it is told. */
final class StandIn {
  private final Path folder;
  private final List<String> lines = new ArrayList<>();
  private int parts;

  /**
   * @param folder for the program and what it plays
   */
  StandIn(Path folder) {
    this.folder = folder;
  }

  StandIn prints(String text) {
    return shell("cat '" + part(text) + "'");
  }

  StandIn complains(String text) {
    return shell("cat '" + part(text) + "' >&2");
  }

  private Path part(String text) {
    try {
      return Files.writeString(folder.resolve("part" + parts++), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends with a code, or with a signal if that is negative. */
  StandIn ends(int code) {
    return shell(code < 0 ? "kill " + code + " $$" : "exit " + code);
  }

  StandIn shell(String line) {
    lines.add(line);
    return this;
  }

  AstraSimBinary unaware() {
    return binary("astrasim_unaware");
  }

  AstraSimBinary binary(String name) {
    return new AstraSimBinary(script(folder.resolve(name), "#!/bin/sh", "rwxr-xr-x"));
  }

  Path script(Path file, String first, String permissions) {
    try {
      Files.writeString(file, first + "\n" + String.join("\n", lines) + "\n");
      return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
