package io.heddle.runtime.astrasim;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a folder to one writer, so that it never holds files of two. The system takes the lock away
 * from a process that is killed; where it knows no locks, as some network file systems do not,
 * there is none.
 */
final class FolderLock implements AutoCloseable {
  /** The file that is locked, which is there only while somebody writes. */
  static final String FILE = ".heddle.lock";

  private static final int MOST_TRIES = 100;

  /** Folders that this process writes to: whoever closes a locked file a second time frees it. */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final Path path;
  private final FileChannel channel;

  private FolderLock(Path folder, Path path, FileChannel channel) {
    this.folder = folder;
    this.path = path;
    this.channel = channel;
  }

  /**
   * Takes the lock of a folder.
   *
   * @throws EmitException if another process, or another thread of this one, writes to it
   */
  static FolderLock take(Path folder) throws IOException {
    Path real = folder.toRealPath();
    if (!HELD.add(real)) {
      throw isTaken(folder);
    }
    boolean taken = false;
    try {
      FolderLock lock = lock(folder, real);
      taken = true;
      return lock;
    } finally {
      if (!taken) {
        HELD.remove(real);
      }
    }
  }

  private static FolderLock lock(Path folder, Path real) throws IOException {
    Path path = real.resolve(FILE);
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      FileChannel channel =
          FileChannel.open(
              path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
      Object opened = key(path);
      if (!isFree(channel)) {
        channel.close();
        throw isTaken(folder);
      }
      // Whoever held it before may have removed the file that is locked now.
      if (opened != null && Objects.equals(opened, key(path))) {
        return new FolderLock(real, path, channel);
      }
      channel.close();
    }
    throw new EmitException(folder + ": other runs write to it all the time");
  }

  private static EmitException isTaken(Path folder) {
    return new EmitException(
        folder + ": another run is writing to it; wait for it, or name another folder");
  }

  private static boolean isFree(FileChannel channel) {
    try {
      return channel.tryLock() != null;
    } catch (IOException e) {
      return true;
    }
  }

  /** What tells the file from one that takes its place; null if there is none. */
  private static @Nullable Object key(Path path) throws IOException {
    try {
      Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
      return key == null ? path : key;
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** Writes a folder. */
  @FunctionalInterface
  interface Writing<T> {
    T write() throws IOException;
  }

  /** Writes while nobody else does. */
  <T> T whileHeld(Writing<T> writing) throws IOException {
    return writing.write();
  }

  @Override
  public void close() throws IOException {
    // First, so that who opens it from now on locks a file of his own.
    try {
      Files.deleteIfExists(path);
    } finally {
      channel.close();
      HELD.remove(folder);
    }
  }
}
