using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace NativeSsl;

/// <summary>
/// Checkpoints of llama2.c (Karpathy 2023), version 0: seven whole numbers of 32 bits (width, hidden, layers, heads, key heads, vocabulary, context; a negative
/// vocabulary says that the head is a table of its own), then the weights as floats, little-endian all. Each kind of weight holds all layers one after the
/// other. Behind the last norm lie two tables of cosines and sines of context · head width / 2 floats; they are passed over, as llama2.c does, which works
/// with a base of 10,000.
/// </summary>
public static class Llama2cCheckpoint
{
    const int HeaderBytes = 7 * sizeof(int), LaterVersions = 0x616B3432;        // "ak42"

    /// <summary>The model of a file, ready to generate, or to be trained on. NaN and infinite weights are taken as they are.</summary>
    /// <param name="path">The file.</param>
    /// <param name="backend">The device of the parameters.</param>
    /// <exception cref="MalformedFileException">It cannot be read, is of another version, or its sizes are impossible or not those of its weights.</exception>
    public static Llama Load(string path, IBackend backend)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            return Read(file, path, backend);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new MalformedFileException(path, $"it cannot be read: {error.Message}", error);
        }
    }

    static Llama Read(Stream file, string name, IBackend backend)
    {
        (Llama.Config config, long skipped) = Header(file, name);
        var model = new Llama(config, new Init(backend, seed: 0));
        Dictionary<string, Tensor> tensors = model.NamedTensors().ToDictionary(entry => entry.Name, entry => entry.Tensor);
        Fill("tokens.weight");
        foreach (string part in (string[])["norm1", "attention.query", "attention.key", "attention.value", "attention.output", "norm2",
            "feed_forward.gate", "feed_forward.contract", "feed_forward.expand"])
            for (int layer = 0; layer < config.Layers; layer++) Fill(FormattableString.Invariant($"blocks.{layer}.{part}.weight"));
        Fill("norm.weight");
        file.Seek(skipped, SeekOrigin.Current);
        if (!config.TiedHead) Fill("head.weight");
        return model;

        void Fill(string part)
        {
            float[] values = new float[tensors[part].Shape.Count];
            file.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
            tensors[part].Storage.CopyFrom(values);
        }
    }

    // The sizes, held against the length of the file before anything of their size is made; and how many bytes the tables of cosines and sines take.
    static (Llama.Config Config, long Tables) Header(Stream file, string name)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        int got = file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false);
        if (got >= sizeof(int) && BinaryPrimitives.ReadInt32LittleEndian(header) == LaterVersions)
            throw new MalformedFileException(name, "it is a llama2.c checkpoint of version 1 or later; only version 0 is read. Export it again with --version 0.");
        if (got < HeaderBytes) throw new MalformedFileException(name, $"it ends at byte {got}, within its header of {HeaderBytes}; cut short?");
        Span<int> sizes = stackalloc int[7];
        for (int i = 0; i < sizes.Length; i++) sizes[i] = BinaryPrimitives.ReadInt32LittleEndian(header[(4 * i)..]);
        bool tied = sizes[5] >= 0;
        if (sizes[5] != int.MinValue) sizes[5] = Math.Abs(sizes[5]);
        ReadOnlySpan<string> names = ["width", "hidden size", "number of layers", "number of heads", "number of key heads", "vocabulary", "context"];
        for (int i = 0; i < sizes.Length; i++)
            if (sizes[i] < 1) throw new MalformedFileException(name, $"byte {4 * i}: the {names[i]} is {sizes[i]}; is this a llama2.c checkpoint?");

        (int width, int hidden, int layers, int heads, int keyHeads, int vocabulary, int context) =
            (sizes[0], sizes[1], sizes[2], sizes[3], sizes[4], sizes[5], sizes[6]);
        if (width % heads != 0 || width / heads % 2 != 0)
            throw new MalformedFileException(name, $"byte 12: {heads} heads cannot share a width of {width} in pairs of features; is this a llama2.c checkpoint?");
        if (heads % keyHeads != 0)
            throw new MalformedFileException(name, $"byte 16: {heads} query heads cannot share {keyHeads} key heads; is this a llama2.c checkpoint?");

        // Products of up to four numbers of 31 bits.
        Int128 headWidth = width / heads, tables = (Int128)context * headWidth;
        Int128 floats = (Int128)vocabulary * width * (tied ? 1 : 2)
            + layers * ((Int128)width * width * 2 + (Int128)width * keyHeads * headWidth * 2 + (Int128)width * hidden * 3 + 2 * (Int128)width) + width + tables;
        if (HeaderBytes + floats * sizeof(float) != file.Length)
            throw new MalformedFileException(name, $"its sizes (width {width}, hidden {hidden}, {layers} layers, {heads} heads, {keyHeads} key heads, " +
                $"vocabulary {vocabulary}, context {context}) need {HeaderBytes + floats * sizeof(float)} bytes, but it has {file.Length}; " +
                (HeaderBytes + floats * sizeof(float) > file.Length ? "cut short?" : "something was appended?"));
        return (new Llama.Config
        {
            Vocabulary = vocabulary, Context = context, Layers = layers, Heads = heads, KeyHeads = keyHeads, Width = width, Hidden = hidden, TiedHead = tied,
        }, (long)tables * sizeof(float));
    }
}
