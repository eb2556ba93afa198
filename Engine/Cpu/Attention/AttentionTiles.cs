using System.Runtime.CompilerServices;

namespace NativeSsl;

/// <summary>The layouts that the matrix products of attention want.</summary>
internal static unsafe class AttentionTiles
{
    /// <summary>Rows of scores that are made together: causal attention leaves out what no row of the six sees.</summary>
    internal const int Height = 6;

    /// <summary>Columns of one panel of a transposed operand: as many as the largest tile of a product has.</summary>
    internal const int PanelWidth = 4 * Lanes.Count;

    /// <summary>Up to so many queries of a head, as in generation, rows of keys are multiplied as they lie:
    /// turning them would cost more.</summary>
    internal const int FewQueries = 2;

    /// <summary>A count rounded up to whole registers.</summary>
    internal static int Padded(int count) => (count + Lanes.Count - 1) & ~(Lanes.Count - 1);

    /// <summary>From one row of scores to the next: one register more than needed,
    /// so that rows do not all start at the same place of a cache set.</summary>
    internal static int ScoreStride(int keys) => Padded(keys) + Lanes.Count;

    /// <summary>Floats of a transposed operand.</summary>
    internal static long PanelFloats(int columns, int width) => (long)((columns + PanelWidth - 1) / PanelWidth) * PanelWidth * width;

    /// <summary>panels[j / 64][i][j mod 64] ← x[j][i], and zeros up to whole registers of columns.</summary>
    internal static void Transpose<T>(float* x, int stride, int columns, int width, float* panels) where T : struct, IWide<T>
    {
        for (int j = 0; j < columns; j += PanelWidth, panels += PanelWidth * width)
        {
            int inside = Math.Min(PanelWidth, columns - j);
            NativeSsl.Transpose.Run<T>(x + (long)j * stride, stride, inside, width, panels, PanelWidth);
            for (int i = 0; i < width; i++) new Span<float>(panels + i * PanelWidth + inside, Padded(inside) - inside).Clear();
        }
    }

    /// <summary>c[r, j] ← Σᵢ a[r, i] panels[i, j], for whole registers of columns:
    /// where a register has to be cut, a store takes many times as long.</summary>
    internal static void Scores<T>(float* a, int aStride, int rows, int width, float* panels, int columns, float* c, int cStride)
        where T : struct, IWide<T>
    {
        for (int j = 0; j < columns; j += PanelWidth)
            SmallGemm<T>.Multiply(rows, Padded(Math.Min(PanelWidth, columns - j)), width, a, aStride, 1, panels + (long)j * width,
                PanelWidth, c + j, cStride, accumulate: false);
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
