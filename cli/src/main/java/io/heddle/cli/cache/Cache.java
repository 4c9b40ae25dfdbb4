package io.heddle.cli.cache;

import io.heddle.runtime.astrasim.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Values in a folder, a file for each. Files appear whole, so that any number of processes may use
 * the folder at once; each begins with a checksum, and one that does not agree counts as absent.
 * Whatever goes wrong with the folder, a value is absent and nothing else happens.
 */
public final class Cache {
  private static final Pattern ENTRY =
      Pattern.compile("\\.?[0-9a-f]{64}\\.[a-z]+(\\.\\d+\\.part)?");
  private static final long LARGEST = 1L << 26;
  private static final int MOST_ENTRIES = 1000;
  private static final int CHECKSUM = 32;
  private static final Set<PosixFilePermission> OF_OTHERS =
      PosixFilePermissions.fromString("----w--w-");
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");

  private final Optional<Path> folder;

  private Cache(Optional<Path> folder) {
    this.folder = folder;
  }

  /** Nothing is kept and nothing found. */
  public static Cache none() {
    return new Cache(Optional.empty());
  }

  /** A folder, made when there is something to keep. */
  public static Cache in(Path folder) {
    return new Cache(Optional.of(folder));
  }

  /** The folder; absent where nothing is kept. */
  public Optional<Path> folder() {
    return folder;
  }

  /** A value that was kept under the key, as it was. */
  public Optional<byte[]> get(CacheKey key) {
    if (folder.isEmpty() || !isTrusted(folder.get())) {
      return Optional.empty();
    }
    Path file = folder.get().resolve(key.fileName());
    try {
      if (!Files.isRegularFile(file) || Files.size(file) > LARGEST) {
        return Optional.empty();
      }
      byte[] bytes = Files.readAllBytes(file);
      if (bytes.length >= CHECKSUM) {
        byte[] value = Arrays.copyOfRange(bytes, CHECKSUM, bytes.length);
        if (MessageDigest.isEqual(checksum(key, value), Arrays.copyOf(bytes, CHECKSUM))) {
          return Optional.of(value);
        }
      }
      Files.deleteIfExists(file);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Keeps a value, if it can be kept. */
  public void put(CacheKey key, byte[] value) {
    if (folder.isEmpty() || value.length + CHECKSUM > LARGEST) {
      return;
    }
    try {
      if (!Files.exists(folder.get())) {
        Files.createDirectories(folder.get(), PosixFilePermissions.asFileAttribute(PRIVATE));
      }
      if (isTrusted(folder.get())) {
        AtomicFile.write(
            folder.get().resolve(key.fileName()),
            out -> {
              out.write(checksum(key, value));
              out.write(value);
            });
        removeOldest();
      }
    } catch (IOException | UnsupportedOperationException e) {
      // It is worked out again the next time.
    }
  }

  /**
   * Programs are loaded from the folder: it must be the user's, and nobody else may write to it.
   */
  private static boolean isTrusted(Path folder) {
    try {
      return Files.getOwner(folder).getName().equals(System.getProperty("user.name"))
          && Files.getPosixFilePermissions(folder).stream().noneMatch(OF_OTHERS::contains);
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  private static byte[] checksum(CacheKey key, byte[] value) {
    MessageDigest digest = CacheKey.sha256();
    digest.update((key.fileName() + "\n").getBytes(StandardCharsets.US_ASCII));
    return digest.digest(value);
  }

  private void removeOldest() throws IOException {
    List<Path> entries = entries();
    if (entries.size() > MOST_ENTRIES) {
      List<Path> oldest =
          entries.stream()
              .sorted(Comparator.comparing(Cache::lastModified))
              .limit(entries.size() - MOST_ENTRIES / 2)
              .toList();
      for (Path entry : oldest) {
        Files.deleteIfExists(entry);
      }
    }
  }

  private static FileTime lastModified(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException e) {
      return FileTime.fromMillis(0);
    }
  }

  /** The files that are kept, and parts that a killed process left; nothing else in the folder. */
  public List<Path> entries() throws IOException {
    if (folder.isEmpty() || !Files.isDirectory(folder.get())) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder.get())) {
      return files
          .filter(file -> ENTRY.matcher(file.getFileName().toString()).matches())
          .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
          .toList();
    }
  }

  /** Removes all that is kept; how many files that were. */
  public int clear() throws IOException {
    int removed = 0;
    for (Path entry : entries()) {
      removed += Files.deleteIfExists(entry) ? 1 : 0;
    }
    return removed;
  }
}
