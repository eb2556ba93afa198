namespace NativeSsl;

/// <summary>The layouts that the matrix products of attention want.</summary>
internal static unsafe class AttentionTiles
{
    /// <summary>Rows of scores that are made together: causal attention leaves out what no row of the six sees.</summary>
    internal const int Height = 6;

    /// <summary>Columns of one panel of a transposed operand: as many as the largest tile of a product has.</summary>
    internal const int PanelWidth = 4 * Lanes.Count;

    /// <summary>A count rounded up to whole registers.</summary>
    internal static int Padded(int count) => (count + Lanes.Count - 1) & ~(Lanes.Count - 1);

    /// <summary>From one row of scores to the next: one register more than needed, so that rows do not all start at the same place of a cache set.</summary>
    internal static int ScoreStride(int keys) => Padded(keys) + Lanes.Count;

    /// <summary>Floats of a transposed operand.</summary>
    internal static long PanelFloats(int columns, int width) => (long)((columns + PanelWidth - 1) / PanelWidth) * PanelWidth * width;

    /// <summary>panels[j / 64][i][j mod 64] ← x[j][i].</summary>
    internal static void Transpose<T>(float* x, int stride, int columns, int width, float* panels) where T : struct, IWide<T>
    {
        for (int j = 0; j < columns; j += PanelWidth)
            NativeSsl.Transpose.Run<T>(x + (long)j * stride, stride, Math.Min(PanelWidth, columns - j), width, panels + (long)j * width, PanelWidth);
    }

    /// <summary>c[r, j] ← Σᵢ a[r, i] panels[i, j].</summary>
    internal static void Scores<T>(float* a, int aStride, int rows, int width, float* panels, int columns, float* c, int cStride) where T : struct, IWide<T>
    {
        for (int j = 0; j < columns; j += PanelWidth)
            SmallGemm<T>.Multiply(rows, Math.Min(PanelWidth, columns - j), width, a, aStride, 1, panels + (long)j * width, PanelWidth, c + j, cStride, accumulate: false);
    }
}
