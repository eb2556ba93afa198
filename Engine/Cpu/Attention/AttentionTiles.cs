using System.Runtime.CompilerServices;

namespace NativeSsl;

/// <summary>The matrix products of attention, in tiles of six rows and 64 columns, and the layouts they want.</summary>
internal static unsafe class AttentionTiles
{
    /// <summary>Rows of one tile.</summary>
    internal const int Height = 6;
    /// <summary>Columns of one tile and of one panel of a transposed operand.</summary>
    internal const int PanelWidth = 4 * Lanes.Count;

    /// <summary>Up to so many queries of a head, as in generation, rows of keys are multiplied as they lie: turning them would cost more.</summary>
    internal const int FewQueries = 2;

    /// <summary>A count rounded up to whole registers.</summary>
    internal static int Padded(int count) => (count + Lanes.Count - 1) & ~(Lanes.Count - 1);

    /// <summary>From one row of scores to the next: one register more than needed, so that rows do not all start at the same place of a cache set.</summary>
    internal static int ScoreStride(int keys) => Padded(keys) + Lanes.Count;

    /// <summary>Floats of a transposed operand: panels of 64 columns.</summary>
    internal static long PanelFloats(int columns, int width) => (long)((columns + PanelWidth - 1) / PanelWidth) * PanelWidth * width;

    /// <summary>panels[j / 64][i][j mod 64] ← factor · x[j][i], zeros up to whole registers of columns.</summary>
    internal static void Transpose(float* x, int stride, int columns, int width, float factor, float* panels)
    {
        for (int j = 0; j < Padded(columns); j++)
        {
            float* column = panels + (long)(j / PanelWidth) * PanelWidth * width + j % PanelWidth;
            float* row = x + (long)j * stride;
            if (j < columns) for (int i = 0; i < width; i++) column[i * PanelWidth] = factor * row[i];
            else for (int i = 0; i < width; i++) column[i * PanelWidth] = 0f;
        }
    }

    /// <summary>c[r, j] ← Σᵢ a[r, i] panels[i, j] for a group of at most six rows and the columns before <paramref name="columns"/>, rounded up to registers.</summary>
    internal static void Scores<T>(float* a, int aStride, int rows, int width, float* panels, int columns, float* c, int cStride) where T : struct, IWide<T>
    {
        for (int j = 0; j < columns; j += PanelWidth)
            Product<T>(rows, Math.Min(4, (columns - j + Lanes.Count - 1) / Lanes.Count), width, a, aStride, 1,
                panels + (long)j * width, PanelWidth, c + j, cStride, accumulate: false);
    }

    /// <summary>c[r, :] ← (+) Σₖ a[r · aRow + k · aDepth] b[k, :] for at most six rows and any number of registers in a row.</summary>
    internal static void Mix<T>(int rows, int registers, int depth, float* a, int aRow, int aDepth, float* b, int bStride, float* c, int cStride, bool accumulate)
        where T : struct, IWide<T>
    {
        for (int n = 0; n < registers; n += 4)
            Product<T>(rows, Math.Min(4, registers - n), depth, a, aRow, aDepth, b + n * Lanes.Count, bStride, c + n * Lanes.Count, cStride, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Product<T>(int rows, int registers, int depth, float* a, int aRow, int aDepth, float* b, int bStride, float* c, int cStride, bool accumulate)
        where T : struct, IWide<T>
    {
        for (int r = 0; r < rows; r++)
            for (int n = 0; n < registers; n++)
            {
                float* output = c + (long)r * cStride + n * Lanes.Count;
                T sum = accumulate ? T.Load(output) : T.Of(0f);
                for (int k = 0; k < depth; k++)
                    sum = T.MultiplyAdd(T.Of(a[(long)r * aRow + (long)k * aDepth]), T.Load(b + (long)k * bStride + n * Lanes.Count), sum);
                T.Store(sum, output);
            }
    }

    /// <summary>c[r, j] ← Σᵢ a[r, i] b[j, i].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Dots<T>(float* a, int aStride, int rows, int width, float* b, int bStride, int columns, float* c, int cStride) where T : struct, IWide<T>
    {
        for (int j = 0; j < columns; j++)
            for (int r = 0; r < rows; r++)
                c[(long)r * cStride + j] = Rows.Dot<T>(a + (long)r * aStride, b + (long)j * bStride, width);
    }
}
