using System.Globalization;

namespace NativeSsl;

/// <summary>Another process, or another part of this one, is at work on the same run.</summary>
public sealed class RunLockedException(string message, Exception? inner = null) : NativeSslException(message, inner);

/// <summary>
/// Keeps a second process out of a run directory. The operating system holds the lock, and lets go of it when the process ends, however it
/// ends: a stale lock cannot stay behind. The process id beside it is for the message only.
/// </summary>
sealed class RunLock : IDisposable
{
    readonly FileStream _stream;
    readonly string _idPath;

    RunLock(FileStream stream, string idPath) => (_stream, _idPath) = (stream, idPath);

    /// <summary>Takes the lock.</summary>
    /// <exception cref="RunLockedException">Somebody has it.</exception>
    /// <exception cref="FileWriteException">The folder may not be written to.</exception>
    public static RunLock Take(string folder)
    {
        // two files: a locked one cannot be read
        string path = Path.Combine(folder, "run.lock"), idPath = Path.Combine(folder, "run.pid");
        FileStream? stream = null;
        try
        {
            stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            File.WriteAllText(idPath, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return new RunLock(stream, idPath);
        }
        catch (Exception error) when (error is UnauthorizedAccessException || stream is not null)
        {
            stream?.Dispose();
            throw new FileWriteException(path, $"it cannot be written: {error.Message} Choose another run directory.", error);
        }
        catch (IOException error)
        {
            throw new RunLockedException($"{folder}: {Holder(idPath)} is at work on this run. " +
                "Wait for it to end, stop it, or choose another run directory.", error);
        }
    }

    static string Holder(string idPath)
    {
        try
        {
            return int.TryParse(File.ReadAllText(idPath), NumberStyles.None, CultureInfo.InvariantCulture, out int process)
                ? $"process {process}" : "another process";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }

    // The locked file stays: were it deleted, a process that has just opened it would hold a lock on nothing.
    public void Dispose()
    {
        try { File.Delete(_idPath); }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { }      // it only says who it was
        _stream.Dispose();
    }
}
