namespace NativeSsl;

/// <summary>Heads in CPU memory: see <see cref="HeadView"/>.</summary>
internal readonly unsafe struct HeadPointer(float* data, HeadView view)
{
    readonly float* _data = data + view.Start;
    readonly long _batchStride = view.BatchStride;

    /// <summary>From one query or key to the next.</summary>
    internal readonly int Stride = checked((int)view.TimeStride);

    /// <summary>The first row of a head.</summary>
    internal float* At(int batch, int head, int width) => _data + batch * _batchStride + (long)head * width;
}

/// <summary>Everything a CPU kernel of attention reads and writes.</summary>
internal unsafe struct AttentionPointers
{
    internal AttentionShape Shape;
    internal HeadPointer Q, K, V, O, GradO, GradQ, GradK, GradV;
    internal float* LogSumExp, Bias;
    internal int* KeyLengths;
    internal long BiasBatchStride, BiasHeadStride;
    internal CpuPool Pool;

    internal readonly int KeyLength(int batch) => KeyLengths == null ? Shape.Keys : KeyLengths[batch];

    internal readonly float* BiasRow(int batch, int head, int query) =>
        Bias == null ? null : Bias + batch * BiasBatchStride + head * BiasHeadStride + (long)query * Shape.Keys;
}

/// <summary>
/// How attention is cut into parts, by shape alone. A unit is a stretch of the queries of one head: the whole head where there are heads
/// enough, shorter where one long sequence has to feed many threads. Where units are small, a part is several.
/// </summary>
internal readonly struct AttentionCut
{
    /// <summary>Rows of scores that are in the cache at once.</summary>
    internal const int BlockRows = 64;

    const int UnitsWanted = 32;
    const long SmallestPart = 1 << 16;                              // multiply-adds: below that a second thread costs more than it brings

    internal readonly int RowsPerUnit, UnitsPerHead, UnitsPerPart, Parts;
    readonly int _units;

    internal AttentionCut(AttentionShape shape)
    {
        int heads = shape.Batch * shape.Heads, blocks = Math.Max(1, (shape.Queries + BlockRows - 1) / BlockRows);
        int wanted = Math.Clamp((UnitsWanted + heads - 1) / Math.Max(1, heads), 1, blocks);
        int blocksPerUnit = (blocks + wanted - 1) / wanted;
        (RowsPerUnit, UnitsPerHead) = (blocksPerUnit * BlockRows, (blocks + blocksPerUnit - 1) / blocksPerUnit);
        _units = heads * UnitsPerHead;
        long work = 2L * Math.Min(RowsPerUnit, shape.Queries) * shape.Keys * shape.Width;
        UnitsPerPart = (int)Math.Clamp(SmallestPart / Math.Max(1, work), 1, Math.Max(1, _units));
        Parts = (_units + UnitsPerPart - 1) / UnitsPerPart;
    }

    internal (int First, int End) Units(int part) => (part * UnitsPerPart, Math.Min(_units, (part + 1) * UnitsPerPart));
}
