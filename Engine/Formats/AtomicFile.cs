using System.Runtime.InteropServices;

namespace NativeSsl;

/// <summary>A file that could not be written. What stood there before is untouched, unless the message says otherwise.</summary>
public sealed class FileWriteException(string file, string reason, Exception? inner = null) : NativeSslException($"{file}: {reason}", inner)
{
    /// <summary>The file that was to be written.</summary>
    public string File { get; } = file;
}

/// <summary>The steps of replacing a file, in order.</summary>
enum AtomicStage
{
    Open,
    Write,
    Flush,
    Rename,
    FlushFolder,
}

/// <summary>
/// Replaces a file whole or not at all, whatever happens meanwhile: exception, full disk, SIGKILL, power cut. The new content goes to a
/// temporary file in the same folder, is flushed to the disk, and takes the name in one step;
/// then the folder itself is flushed, for the name lives there.
/// </summary>
public static partial class AtomicFile
{
    const string Suffix = ".nativessl-partial";

    /// <summary>Writes a file.</summary>
    /// <param name="path">Its name. A link of this name is replaced by the file.</param>
    /// <param name="write">Writes the content.</param>
    /// <param name="length">The expected length, if known: a disk too full for it is noticed before anything is written.</param>
    /// <exception cref="FileWriteException">The disk is full, the folder is missing or may not be written to.</exception>
    public static void Write(string path, Action<Stream> write, long length = 0) => Write(path, write, length, null);

    /// <summary>Writes a small file.</summary>
    /// <inheritdoc cref="Write(string, Action{Stream}, long)"/>
    public static void Write(string path, ReadOnlyMemory<byte> content) =>
        Write(path, stream => stream.Write(content.Span), content.Length);

    /// <summary>As the public one; <paramref name="before"/> is called before each stage, and may throw in its stead.</summary>
    internal static void Write(string path, Action<Stream> write, long length, Action<AtomicStage>? before)
    {
        string full = Path.GetFullPath(path), partial = $"{full}.{Guid.NewGuid():N}{Suffix}";
        AtomicStage stage = AtomicStage.Open;
        try
        {
            Enter(AtomicStage.Open);
            using (FileStream stream = new(partial, new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None, PreallocationSize = length,
            }))
            {
                Enter(AtomicStage.Write);
                write(stream);
                Enter(AtomicStage.Flush);
                stream.Flush(flushToDisk: true);
            }
            Enter(AtomicStage.Rename);
            File.Move(partial, full, overwrite: true);
            Enter(AtomicStage.FlushFolder);
            FlushFolder(Path.GetDirectoryName(full)!);
        }
        catch (Exception error)
        {
            if (stage != AtomicStage.FlushFolder) Delete(partial);
            if (error is not (IOException or UnauthorizedAccessException)) throw;
            throw new FileWriteException(path, stage == AtomicStage.FlushFolder
                ? $"the new file is in place, but its folder could not be flushed to the disk: {error.Message} " +
                    "After a power cut the old file may be back."
                : $"it could not be written ({stage}): {error.Message} The old file, if there was one, is unchanged. " +
                    "Is the disk full, or the folder not yours?", error);
        }

        void Enter(AtomicStage next)
        {
            stage = next;
            before?.Invoke(next);
        }
    }

    /// <summary>Deletes what killed writers left behind. Only for a folder in which nobody else is writing.</summary>
    /// <returns>How many files were deleted.</returns>
    public static int Sweep(string folder)
    {
        if (!Directory.Exists(folder)) return 0;
        string[] partials = Directory.GetFiles(folder, "*" + Suffix);
        foreach (string partial in partials) Delete(partial);
        return partials.Length;
    }

    static void Delete(string partial)
    {
        try { File.Delete(partial); }
        // it is only litter; the error that led here matters more
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { }
    }

    // .NET cannot open a folder, so the C library is asked. Windows keeps its directories in order by itself.
    static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        const int ReadOnly = 0, InvalidArgument = 22;
        int handle = OpenFile(folder, ReadOnly);
        if (handle < 0) throw new IOException($"open: error {Marshal.GetLastPInvokeError()}.");
        int error = FlushHandle(handle) == 0 ? 0 : Marshal.GetLastPInvokeError();
        _ = CloseHandle(handle);
        // some network file systems do not flush folders
        if (error is not (0 or InvalidArgument)) throw new IOException($"fsync: error {error}.");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FlushHandle(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseHandle(int handle);
}
