using System.Text;

namespace NativeSsl;

/// <summary>Bytes of UTF-8 that grow.</summary>
sealed class ByteBuffer(int capacity)
{
    byte[] _bytes = new byte[Math.Max(capacity, 16)];
    int _length;

    internal void Append(ReadOnlySpan<byte> bytes)
    {
        while (_length + bytes.Length > _bytes.Length) Array.Resize(ref _bytes, 2 * _bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
    }

    /// <summary>The bytes as text; what is no UTF-8 becomes U+FFFD.</summary>
    internal string Text() => Encoding.UTF8.GetString(_bytes, 0, _length);
}
