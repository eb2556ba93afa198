using System.Runtime.CompilerServices;

namespace NativeSsl;

/// <summary>The matrix products of attention: of a block of queries, each tile with as many keys as it sees. Panels of the right operand are
/// the outer loop, tiles of the left one the inner.</summary>
internal static unsafe class AttentionTiles
{
    /// <summary>Rows of scores whose sums are inverted together.</summary>
    internal const int Height = 6;

    /// <summary>Keys whose scores are in the cache at once: a multiple of the 32 that share a block of random numbers.</summary>
    internal const int KeyBlock = 256;

    /// <summary>Up to so many queries of a head, as in generation, rows of keys are multiplied as they lie:
    /// turning them would cost more.</summary>
    internal const int FewQueries = 2;

    /// <summary>A count rounded up to whole registers.</summary>
    internal static int Padded(int count) => (count + Lanes.Count - 1) & ~(Lanes.Count - 1);

    /// <summary>From one row of scores to the next: one register more than needed,
    /// so that rows do not all start at the same place of a cache set.</summary>
    internal static int ScoreStride(int keys) => Padded(keys) + Lanes.Count;

    /// <summary>scores[query, key] ← ⟨x[query], keys[:, key]⟩ for keys fromKey … toKey − 1, which begin at column 0 of the scores; whole
    /// registers are written: where one has to be cut, a store takes many times as long.</summary>
    [MethodImpl(Compile.Loop)]
    internal static void Scores<T>(in QueryBlock block, float* x, int xStride, int width, in PackedMatrix keys, int fromKey, int toKey,
        float* scores, int scoreStride) where T : struct, IWide<T>
    {
        Tile tile = new() { RowStride = xStride, StepStride = 1, CStride = scoreStride, Steps = width };
        for (int key = fromKey; key < toKey; key += Panels<T>.Width)
        {
            keys.Point<T>(ref tile, 0, key);
            int columns = Math.Min(Panels<T>.Width, Padded(toKey - key));
            for (int query = block.First; query < block.End; query += SmallGemm<T>.MostRows)
            {
                if (block.SeenBy(query, SmallGemm<T>.MostRows) <= key) continue;
                tile.A = x + (nint)(query - block.First) * xStride;
                tile.C = scores + (nint)(query - block.First) * scoreStride + (key - fromKey);
                SmallGemm<T>.Run(&tile, Math.Min(SmallGemm<T>.MostRows, block.End - query), columns);
            }
        }
    }

    /// <summary>y[query] ← Σ weights[query, key] x[key], or y + that, over the keys fromKey … toKey − 1 that its tile sees.</summary>
    [MethodImpl(Compile.Loop)]
    internal static void Sums<T>(in QueryBlock block, float* weights, int weightStride, in PackedMatrix x, int width, int fromKey, int toKey,
        float* y, int yStride, bool accumulate) where T : struct, IWide<T>
    {
        Tile tile = new() { RowStride = weightStride, StepStride = 1, CStride = yStride, PlusStride = yStride };
        for (int j = 0; j < width; j += Panels<T>.Width)
        {
            x.Point<T>(ref tile, fromKey, j);
            int columns = Math.Min(Panels<T>.Width, Padded(width) - j);
            for (int query = block.First; query < block.End; query += SmallGemm<T>.MostRows)
            {
                tile.Steps = Math.Max(0, Math.Min(toKey, block.SeenBy(query, SmallGemm<T>.MostRows)) - fromKey);
                if (tile.Steps == 0 && accumulate) continue;
                tile.A = weights + (nint)(query - block.First) * weightStride;
                tile.C = y + (nint)(query - block.First) * yStride + j;
                tile.Plus = accumulate ? tile.C : null;
                SmallGemm<T>.Run(&tile, Math.Min(SmallGemm<T>.MostRows, block.End - query), columns);
            }
        }
    }

    /// <summary>y[key] ← y[key] + Σ weights[query, key] x[query] for keys fromKey … toKey − 1, over the queries of the block that see the
    /// first key of a tile.</summary>
    [MethodImpl(Compile.Loop)]
    internal static void TransposedSums<T>(in QueryBlock block, float* weights, int weightStride, in PackedMatrix x, int width,
        int fromKey, int toKey, float* y, int yStride) where T : struct, IWide<T>
    {
        Tile tile = new() { RowStride = 1, StepStride = weightStride, CStride = yStride, PlusStride = yStride };
        for (int j = 0; j < width; j += Panels<T>.Width)
        {
            int columns = Math.Min(Panels<T>.Width, Padded(width) - j);
            for (int key = fromKey; key < toKey; key += SmallGemm<T>.MostRows)
            {
                int query = block.FirstThatSees(key);
                x.Point<T>(ref tile, query - block.First, j);
                tile.Steps = block.End - query;
                tile.A = weights + (nint)(query - block.First) * weightStride + (key - fromKey);
                tile.C = tile.Plus = y + (nint)(key - fromKey) * yStride + j;
                SmallGemm<T>.Run(&tile, Math.Min(SmallGemm<T>.MostRows, toKey - key), columns);
            }
        }
    }

    /// <summary>c[r, j] ← Σᵢ a[r, i] b[j, i].</summary>
    [MethodImpl(Compile.Loop)]
    internal static void Dots<T>(float* a, int aStride, int rows, int width, float* b, int bStride, int columns, float* c, int cStride)
        where T : struct, IWide<T>
    {
        for (int j = 0; j < columns; j++)
            for (int r = 0; r < rows; r++)
                c[(long)r * cStride + j] = Rows.Dot<T>(a + (long)r * aStride, b + (long)j * bStride, width);
    }
}
