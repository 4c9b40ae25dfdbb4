package io.heddle.maven;

import io.heddle.processor.diagnose.Source;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Which files were generated from which texts: a line for each, kept beside what is generated. */
final class GenerationRecord {
  private static final String FILE = ".heddle";
  private static final String TAB = "\t";
  private static final Pattern OUTPUT = Pattern.compile("[\\w/]+\\.java");

  private final Map<String, Entry> entries = new TreeMap<>();

  private record Entry(String digest, List<String> outputs) {}

  /** What the last run left; nothing where there was none, or where it cannot be understood. */
  static GenerationRecord read(Path output) throws IOException {
    GenerationRecord record = new GenerationRecord();
    Path file = output.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      return record;
    }
    for (String line : Files.readString(file, StandardCharsets.UTF_8).split("\n", -1)) {
      List<String> words = List.of(line.split(TAB, -1));
      if (words.size() > 1) {
        // Only what can be an output is ever removed.
        record.put(
            words.get(0),
            words.get(1),
            words.subList(2, words.size()).stream()
                .filter(each -> OUTPUT.matcher(each).matches())
                .toList());
      }
    }
    return record;
  }

  /** The digest of all that a file's classes depend on, this program's version included. */
  static String digest(String packageName, String text, List<Source> imports) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      String version = GenerationRecord.class.getPackage().getImplementationVersion();
      add(digest, version == null ? "" : version);
      add(digest, packageName);
      add(digest, text);
      for (Source source : imports) {
        add(digest, source.path());
        add(digest, source.text());
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void add(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update((bytes.length + "\n").getBytes(StandardCharsets.UTF_8));
    digest.update(bytes);
  }

  void put(String name, String digest, List<String> outputs) {
    entries.put(name, new Entry(digest, List.copyOf(outputs)));
  }

  /** The outputs of a file that has not changed and that are all there; empty otherwise. */
  Optional<List<String>> unchanged(String name, String digest, Path output) {
    Entry entry = entries.get(name);
    boolean isSame =
        entry != null
            && entry.digest.equals(digest)
            && entry.outputs.stream().allMatch(each -> Files.isRegularFile(output.resolve(each)));
    return isSame ? Optional.of(entry.outputs) : Optional.empty();
  }

  /** All outputs. */
  Set<String> outputs() {
    Set<String> outputs = new LinkedHashSet<>();
    entries.values().forEach(entry -> outputs.addAll(entry.outputs));
    return outputs;
  }

  /** Deletes the outputs that are not among some. */
  void remove(Path output, Set<String> kept) throws IOException {
    for (String each : outputs()) {
      if (!kept.contains(each)) {
        Files.deleteIfExists(output.resolve(each));
      }
    }
  }

  void write(Path output) throws IOException {
    if (entries.isEmpty() && !Files.exists(output)) {
      return;
    }
    StringBuilder text = new StringBuilder();
    entries.forEach(
        (name, entry) -> {
          text.append(name).append(TAB).append(entry.digest);
          entry.outputs.forEach(each -> text.append(TAB).append(each));
          text.append('\n');
        });
    Files.createDirectories(output);
    Files.writeString(output.resolve(FILE), text, StandardCharsets.UTF_8);
  }
}
