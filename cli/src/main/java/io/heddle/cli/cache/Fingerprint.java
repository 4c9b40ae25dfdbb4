package io.heddle.cli.cache;

import io.heddle.grammar.TfmParser;
import io.heddle.plan.PlanValues;
import io.heddle.processor.TfmCompiler;
import io.heddle.runtime.trace.Flattener;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/** SHA-256 of programs: two builds of one version are not the same. */
public final class Fingerprint {
  private static final List<Class<?>> PARTS =
      List.of(
          Fingerprint.class, TfmCompiler.class, Flattener.class, PlanValues.class, TfmParser.class);

  private Fingerprint() {}

  /** Of this Heddle: of all its classes, and of the Java that runs it. */
  public static String ofHeddle() throws IOException {
    TreeSet<Path> places = new TreeSet<>();
    for (Class<?> part : PARTS) {
      try {
        places.add(Path.of(part.getProtectionDomain().getCodeSource().getLocation().toURI()));
      } catch (URISyntaxException e) {
        throw new IOException(e);
      }
    }
    MessageDigest digest = CacheKey.sha256();
    digest.update(Runtime.version().toString().getBytes(StandardCharsets.UTF_8));
    for (Path place : places) {
      try (Stream<Path> files = Files.walk(place)) {
        for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
          String name = place.relativize(file).toString();
          digest.update((name + "\n" + Files.size(file) + "\n").getBytes(StandardCharsets.UTF_8));
          add(digest, file);
        }
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Of a file. */
  public static String of(Path file) throws IOException {
    MessageDigest digest = CacheKey.sha256();
    add(digest, file);
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void add(MessageDigest digest, Path file) throws IOException {
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      in.transferTo(java.io.OutputStream.nullOutputStream());
    }
  }
}
