using System.Runtime.CompilerServices;

namespace NativeSsl;

/// <summary>
/// 3 × 3 convolutions of stride 1 in tiles of 2 × 2 places: 16 products where the definition has 36. A tile sees 4 × 4 pixels d;
/// Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A (Lavin &amp; Gray 2016, “Fast algorithms for convolutional neural networks”, equation 8).
/// With many channels, ⊙ is a matrix product for each of the 16 elements, over all tiles.
/// </summary>
internal unsafe struct Winograd
{
    const int FloatsPerBlock = 48 << 10;
    const int FewestChannels = 16;                          // below, the transforms cost more than the products save

    /// <summary>Images <c>[Batch, Height, Width, Inputs]</c>.</summary>
    internal float* Source;
    internal int Batch, Height, Width, Inputs;

    /// <summary>Images <c>[Batch, Rows, Columns, Outputs]</c>; place (0, 0) sees the source's pixels from (Top, Left) on.</summary>
    internal float* Target;
    internal int Rows, Columns, Outputs, Top, Left;

    /// <summary>Panels of <c>[Inputs, outputs]</c> for each of the 16 elements: G g Gᵀ.</summary>
    internal float* Weights;

    /// <summary>A number for each output, or null.</summary>
    internal float* Bias;

    /// <summary>Whether a convolution, and its gradients, are computed in this way. Decided by the shape alone.</summary>
    internal static bool Suits(in Convolution c) => c is { KernelHeight: 3, KernelWidth: 3, StrideY: 1, StrideX: 1, Groups: 1 }
        && Math.Min(c.Inputs, c.Outputs) >= FewestChannels;

    internal static Winograd Forward(in Convolution c, float* x, float* bias, float* y) => new()
    {
        Source = x, Batch = c.Batch, Height = c.Height, Width = c.Width, Inputs = c.Inputs, Top = -c.PadY, Left = -c.PadX,
        Target = y, Rows = c.OutHeight, Columns = c.OutWidth, Outputs = c.Outputs, Bias = bias,
    };

    /// <summary>dx of a convolution from dy: also one, of the kernels flipped, <paramref name="c"/>'s outputs being the inputs.</summary>
    internal static Winograd Backward(in Convolution c, float* dy, float* dx) => new()
    {
        Source = dy, Batch = c.Batch, Height = c.OutHeight, Width = c.OutWidth, Inputs = c.Outputs, Top = c.PadY - 2, Left = c.PadX - 2,
        Target = dx, Rows = c.Height, Columns = c.Width, Outputs = c.Inputs,
    };

    internal readonly int TilesAcross => (Columns + 1) / 2;
    internal readonly int TilesOfImage => (Rows + 1) / 2 * TilesAcross;
    internal readonly int Tiles => checked(Batch * TilesOfImage);

    // What a block transforms should stay in the second-level cache until its products are done; but the weights pass by once for each
    // block, so that many channels ask for many tiles. A batch of few tiles is cut for many threads nevertheless.
    internal readonly int TilesPerBlock
    {
        get
        {
            int channels = Inputs + Outputs, wanted = FloatsPerBlock / (16 * channels) + channels / 12;
            return Math.Clamp(Math.Min(wanted, Tiles / 16), 24, 96) / 6 * 6;            // six rows are one tile of a product
        }
    }

    // Rows of a transformed block are a line longer than need be: a power of two would map them all to the same few sets of the cache.
    internal readonly int SourceRow => Lanes.RoundUp(Inputs) + Lanes.Count;
    internal readonly int TargetRow => Lanes.RoundUp(Outputs) + Lanes.Count;

    /// <summary>Where a tile lies: its image, and the row and column of its first place.</summary>
    internal struct Place
    {
        internal int Image, Y, X;

        /// <summary>The next tile's.</summary>
        internal void Advance(in Winograd w)
        {
            if ((X += 2) < w.Columns) return;
            X = 0;
            if ((Y += 2) < w.Rows) return;
            Y = 0;
            Image++;
        }
    }

    internal readonly Place Find(int tile) =>
        new() { Image = tile / TilesOfImage, Y = tile % TilesOfImage / TilesAcross * 2, X = tile % TilesOfImage % TilesAcross * 2 };

    /// <summary>Floats of the target in front of a tile's first place.</summary>
    internal readonly nint OffsetOf(in Place tile) => (((nint)tile.Image * Rows + tile.Y) * Columns + tile.X) * Outputs;

    /// <summary>Bᵀ d B of a tile. Where it reaches beyond an edge, its pixels are copied, to have zeros beside them.</summary>
    [MethodImpl(Compile.Loop)]
    internal readonly void Transform<T>(in Place tile, float* copy, float* v, nint plane) where T : struct, IWide<T>
    {
        int y = tile.Y + Top, x = tile.X + Left;
        float* image = Source + (nint)tile.Image * Height * Width * Inputs;
        if (y >= 0 && x >= 0 && y + 4 <= Height && x + 4 <= Width)
        {
            WinogradTransforms<T>.Pixels(image + ((nint)y * Width + x) * Inputs, (nint)Width * Inputs, Inputs, v, plane);
            return;
        }
        Window.Copy(image, Height, Width, Inputs, Inputs, y, x, 4, 4, copy);
        WinogradTransforms<T>.Pixels(copy, 4 * Inputs, Inputs, v, plane);
    }
}

public sealed partial class CpuBackend
{
    // The direct form's panels, a row for each tap and input, become sixteen such rows instead of nine.
    unsafe void MultiplyTransformed(Winograd w, float* panels)
    {
        if (w.Batch == 0 || w.Rows <= 0 || w.Columns <= 0) return;
        using CpuPool.Loan weights = _pool.Lend(16L * w.Inputs * Lanes.RoundUp(w.Outputs));
        w.Weights = weights.Floats;
        Run(new TransformedKernels(panels, w), (w.Outputs + ColumnsPerPack - 1) / ColumnsPerPack);
        Run(new WinogradBlocks(w, _pool), (w.Tiles + w.TilesPerBlock - 1) / w.TilesPerBlock);
    }

    readonly unsafe struct TransformedKernels(float* panels, Winograd w) : IKernel
    {
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            int end = Math.Min(w.Outputs, (part + 1) * ColumnsPerPack);
            for (int j = part * ColumnsPerPack; j < end; j += Panels<T>.Width)
            {
                int width = Lanes.RoundUp(Math.Min(Panels<T>.Width, w.Outputs - j));
                WinogradTransforms<T>.Kernels(panels + (nint)j * 9 * w.Inputs, w.Inputs, width, w.Weights + (nint)j * w.Inputs,
                    (nint)w.Inputs * Lanes.RoundUp(w.Outputs));
            }
        }
    }

    readonly unsafe struct WinogradBlocks(Winograd w, CpuPool pool) : IKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int block) where T : struct, IWide<T>
        {
            int first = block * w.TilesPerBlock, tiles = Math.Min(w.TilesPerBlock, w.Tiles - first);
            using CpuPool.Loan seen = pool.Lend(16L * tiles * w.SourceRow), products = pool.Lend(16L * tiles * w.TargetRow),
                copy = pool.Lend(16L * w.Inputs);
            Winograd.Place tile = w.Find(first);
            for (int t = 0; t < tiles; t++, tile.Advance(w))
                w.Transform<T>(tile, copy.Floats, seen.Floats + (nint)t * w.SourceRow, (nint)tiles * w.SourceRow);
            for (int element = 0; element < 16; element++)
                for (int j = 0; j < w.Outputs; j += Panels<T>.Width)
                {
                    int columns = Math.Min(Panels<T>.Width, w.Outputs - j), width = Lanes.RoundUp(columns);
                    SmallGemm<T>.Multiply(tiles, columns, w.Inputs, seen.Floats + (nint)element * tiles * w.SourceRow, w.SourceRow, 1,
                        w.Weights + ((nint)element * Lanes.RoundUp(w.Outputs) + j) * w.Inputs, width,
                        products.Floats + (nint)element * tiles * w.TargetRow + j, w.TargetRow, false);
                }
            tile = w.Find(first);
            for (int t = 0; t < tiles; t++, tile.Advance(w))
                WinogradTransforms<T>.Places(products.Floats + (nint)t * w.TargetRow, (nint)tiles * w.TargetRow, w.Outputs, w.Bias,
                    w.Target + w.OffsetOf(tile), (nint)w.Columns * w.Outputs, tile.Y + 1 < w.Rows, tile.X + 1 < w.Columns);
        }
    }
}
