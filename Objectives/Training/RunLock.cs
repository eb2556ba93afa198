using System.Globalization;
using System.Text;

namespace NativeSsl;

/// <summary>Another process, or another part of this one, is at work on the same run.</summary>
public sealed class RunLockedException(string message, Exception? inner = null) : NativeSslException(message, inner);

/// <summary>
/// Keeps a second process out of a run directory. The operating system holds the lock, and lets go of it when the process ends, however it ends: a stale
/// lock cannot stay behind. The process id in the file is for the message only.
/// </summary>
sealed class RunLock : IDisposable
{
    readonly FileStream _stream;

    RunLock(FileStream stream) => _stream = stream;

    /// <summary>Takes the lock.</summary>
    /// <exception cref="RunLockedException">Somebody has it.</exception>
    /// <exception cref="FileWriteException">The folder may not be written to.</exception>
    public static RunLock Take(string folder)
    {
        string path = Path.Combine(folder, "run.lock");
        FileStream stream;
        try
        {
            stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new FileWriteException(path, $"it cannot be written: {error.Message} Choose another run directory.", error);
        }
        catch (IOException error)
        {
            throw new RunLockedException($"{folder}: {Holder(path)} is at work on this run. Wait for it to end, stop it, or choose another run directory.", error);
        }
        stream.SetLength(0);
        stream.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        return new RunLock(stream);
    }

    static string Holder(string path)
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            byte[] digits = new byte[20];
            string id = Encoding.ASCII.GetString(digits, 0, stream.Read(digits));
            return int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out int process) ? $"process {process}" : "another process";
        }
        catch (IOException)
        {
            return "another process";
        }
    }

    // The file stays: were it deleted, a process that has just opened it would hold a lock on nothing.
    public void Dispose()
    {
        _stream.SetLength(0);
        _stream.Dispose();
    }
}
