using System.Buffers;
using System.Security.Cryptography;

namespace NativeSsl.Cli.Catalogue;

/// <summary>Fetches a data set and keeps it only if it is, byte for byte, what the catalogue says.</summary>
static class Download
{
    /// <summary>Whether the file is there already. One of another content is never overwritten.</summary>
    /// <exception cref="MalformedFileException">Another file stands in its place.</exception>
    internal static bool IsThere(DataSet set, string path)
    {
        if (!File.Exists(path)) return false;
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file)) == set.Sha256 ? true
            : throw new MalformedFileException(path, $"it is not {set.Name} as published (SHA-256 differs). Move it away, or choose another folder with --to.");
    }

    /// <summary>Fetches it; until everything is right it stands beside its place, with <c>.part</c> behind its name.</summary>
    /// <param name="set">What is wanted.</param>
    /// <param name="address">Where it is.</param>
    /// <param name="path">Where it goes.</param>
    /// <param name="progress">Told the number of bytes that have arrived.</param>
    /// <param name="cancellation">Stops the transfer; nothing is left behind.</param>
    /// <exception cref="NativeSslException">It could not be fetched, or is not what the catalogue says.</exception>
    internal static void Fetch(DataSet set, Uri address, string path, Action<long> progress, CancellationToken cancellation)
    {
        string part = path + ".part";
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        try
        {
            string hash = Copy(set, address, part, progress, cancellation);
            if (hash != set.Sha256)
                throw new NativeSslException($"{address}: what came has SHA-256 {hash}, but {set.Name} has {set.Sha256}. It was thrown away: it is damaged, or not the real thing.");
            File.Move(part, path, overwrite: true);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException || (failure is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new NativeSslException($"{address}: {failure.Message.TrimEnd('.')}. Check the connection, or fetch the file by other means and put it at {path}.", failure);
        }
        finally { File.Delete(part); }
    }

    static string Copy(DataSet set, Uri address, string part, Action<long> progress, CancellationToken cancellation)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        using HttpResponseMessage response = client.Send(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        response.EnsureSuccessStatusCode();
        using Stream source = response.Content.ReadAsStream(cancellation);
        using FileStream target = File.Create(part);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        try
        {
            long total = 0;
            for (int count; (count = source.Read(buffer)) > 0;)
            {
                cancellation.ThrowIfCancellationRequested();
                total += count;
                if (total > set.Bytes) throw new NativeSslException($"{address}: more than the {set.Bytes} bytes of {set.Name} came. It was thrown away.");
                hash.AppendData(buffer.AsSpan(0, count));
                target.Write(buffer.AsSpan(0, count));
                progress(total);
            }
            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        finally { ArrayPool<byte>.Shared.Return(buffer); }
    }
}
